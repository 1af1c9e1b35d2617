import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiAccess } from './https.ts';

/** What kube-apiserver reads and writes, all in one temporary folder. */
export interface ApiServerFiles {
  folder: string;
  server: string;
  port: number;
  /** Here kube-apiserver makes its own serving certificate; its CA stands in the same file. */
  certificateFolder: string;
  serviceAccountKey: string;
  serviceAccountPublicKey: string;
  tokenFile: string;
  auditPolicy: string;
  auditLog: string;
  kubeconfig: string;
  adminToken: string;
}

/** Reads without their bodies, writes without theirs: enough to count, and no Secret's content is kept. */
const AUDIT_POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: None
    nonResourceURLs: [/readyz*, /livez*, /healthz*]
  - level: Metadata
`;

export async function writeApiServerFiles(folder: string, port: number): Promise<ApiServerFiles> {
  const files: ApiServerFiles = {
    folder,
    port,
    server: `https://127.0.0.1:${port}`,
    certificateFolder: join(folder, 'certificates'),
    serviceAccountKey: join(folder, 'service-account.key'),
    serviceAccountPublicKey: join(folder, 'service-account.pub'),
    tokenFile: join(folder, 'tokens.csv'),
    auditPolicy: join(folder, 'audit-policy.yaml'),
    auditLog: join(folder, 'audit.log'),
    kubeconfig: join(folder, 'kubeconfig'),
    adminToken: randomBytes(24).toString('hex'),
  };
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  await mkdir(files.certificateFolder);
  await writeFile(files.serviceAccountKey, keys.privateKey, { mode: 0o600 });
  await writeFile(files.serviceAccountPublicKey, keys.publicKey);
  await writeFile(files.tokenFile, `${files.adminToken},admin,admin,"system:masters"\n`, { mode: 0o600 });
  await writeFile(files.auditPolicy, AUDIT_POLICY);
  return files;
}

/** Access as the admin; possible once kube-apiserver has made its certificate. */
export async function adminAccess(files: ApiServerFiles): Promise<ApiAccess> {
  const ca = await readFile(join(files.certificateFolder, 'apiserver.crt'));
  return { server: files.server, ca, token: files.adminToken };
}

export async function writeKubeconfig(files: ApiServerFiles): Promise<void> {
  const { ca } = await adminAccess(files);
  await writeFile(files.kubeconfig, kubeconfigYaml('supercargo-test', files.server, ca, { token: files.adminToken }), {
    mode: 0o600,
  });
}

/** A kubeconfig is YAML, and JSON is YAML: no quoting to get wrong. */
export function kubeconfigYaml(
  name: string,
  server: string,
  ca: string | Buffer,
  user: Record<string, string>,
): string {
  return `${JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': name,
      clusters: [{ name, cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
      users: [{ name: `${name}-admin`, user }],
      contexts: [{ name, context: { cluster: name, user: `${name}-admin` } }],
    },
    undefined,
    2,
  )}\n`;
}
