import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { run } from '../test/cluster/exec.ts';
import { BUILD_PATIENCE_MS, binaryPath, ensureBinaries, noLog } from '../test/cluster/index.ts';

jest.setTimeout(BUILD_PATIENCE_MS);

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- manifests of many kinds
type Manifest = any;

beforeAll(() => ensureBinaries(['helm'], noLog));

/** The chart as Helm renders it with these values; what is asked for by kind and name. */
async function rendered(...values: string[]): Promise<(kind: string, name: string) => Manifest> {
  const text = await run(binaryPath('helm'), [
    'template',
    '--kube-version',
    '1.37.2',
    'supercargo',
    join(import.meta.dirname, 'supercargo'),
    '--namespace',
    'system',
    ...values.flatMap((value) => ['--set', value]),
  ]);
  const manifests: readonly Manifest[] = parseAllDocuments(text).map((document) => document.toJS());
  return (kind, name) =>
    manifests.find((one) => one?.kind === kind && one.metadata.name === `supercargo${name && `-${name}`}`);
}

const containerOf = (deployment: Manifest) => deployment.spec.template.spec.containers[0];
const volumesOf = (deployment: Manifest) => deployment.spec.template.spec.volumes as Manifest[];
const env = (deployment: Manifest, name: string) =>
  containerOf(deployment).env.find((variable: Manifest) => variable.name === name)?.value;

describe('hub.tls.secretName', () => {
  it('gives the hub the certificate and its key, and nobody else the key', async () => {
    const of = await rendered('hub.tls.secretName=hub-tls');
    const hub = of('Deployment', 'hub');
    const folder = env(hub, 'SUPERCARGO_TLS_DIR');
    expect(containerOf(hub).volumeMounts).toContainEqual({ name: 'tls', mountPath: folder, readOnly: true });
    expect(volumesOf(hub).find(({ name }) => name === 'tls').secret).toEqual({
      secretName: 'hub-tls',
      items: ['tls.crt', 'tls.key'].map((key) => ({ key, path: key })),
    });
    const operator = of('Deployment', 'operator');
    expect(JSON.stringify(operator)).not.toContain('tls.key');
    expect(volumesOf(operator).find(({ name }) => name === 'hub-ca').secret).toEqual({
      secretName: 'hub-tls',
      items: [{ key: 'ca.crt', path: 'ca.crt' }],
      optional: true,
    });
    const mount = containerOf(operator).volumeMounts.find(({ name }: Manifest) => name === 'hub-ca');
    expect(env(operator, 'SUPERCARGO_HUB_CA_FILE')).toBe(`${mount.mountPath}/ca.crt`);
  });

  it('makes the operator, and by it the pods, call https under the name of the Service', async () => {
    const of = await rendered('hub.tls.secretName=hub-tls', 'networkPolicy.enabled=true');
    expect(env(of('Deployment', 'operator'), 'SUPERCARGO_HUB_URL')).toBe('https://supercargo-hub.system.svc:8080');
    const port = containerOf(of('Deployment', 'hub')).ports.find(
      ({ containerPort }: Manifest) => containerPort === 8080,
    );
    expect(of('Service', 'hub').spec.ports).toEqual([
      { name: 'https', port: 8080, targetPort: port.name, appProtocol: 'https' },
    ]);
    expect(of('NetworkPolicy', 'hub').spec.ingress[0].ports).toEqual([{ port: port.name }]);
  });

  it('leaves probes and metrics on their own port, over http', async () => {
    const hub = containerOf((await rendered('hub.tls.secretName=hub-tls'))('Deployment', 'hub'));
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
      expect(hub[probe].httpGet.port).toBe('metrics');
      expect(hub[probe].httpGet.scheme).toBe('HTTP');
    }
  });

  it('is told to an ingress by the port of the Service, and by annotations of its owner', async () => {
    const annotation = 'hub.ingress.annotations.nginx\\.ingress\\.kubernetes\\.io/backend-protocol=HTTPS';
    const ingress = [
      'hub.ingress.enabled=true',
      'hub.ingress.hosts[0].host=hub.example',
      'hub.ingress.hosts[0].tlsSecretName=outside',
    ];
    const of = await rendered('hub.tls.secretName=hub-tls', ...ingress, annotation);
    expect(of('Ingress', 'hub').metadata.annotations).toEqual({
      'nginx.ingress.kubernetes.io/backend-protocol': 'HTTPS',
    });
    for (const { backend } of of('Ingress', 'hub').spec.rules[0].http.paths)
      expect(backend.service.port).toEqual({ name: 'https' });
  });

  it('changes nothing where it is empty', async () => {
    const of = await rendered();
    const all = JSON.stringify([of('Deployment', 'hub'), of('Deployment', 'operator'), of('Service', 'hub')]);
    expect(all).toContain('http://supercargo-hub.system.svc:8080');
    expect(all).not.toMatch(/https:|SUPERCARGO_TLS_DIR|SUPERCARGO_HUB_CA_FILE|appProtocol/);
  });
});

describe('TLS to an external database', () => {
  const database = 'hub.database.secretName=db';

  it('is told to the hub, with the CA of its Secret', async () => {
    const own = [
      'hub.database.sslMode=verify-full',
      'hub.database.caSecretName=db-ca',
      'hub.database.caSecretKey=root',
    ];
    const hub = (await rendered(database, ...own))('Deployment', 'hub');
    expect(env(hub, 'SUPERCARGO_DATABASE_SSL_MODE')).toBe('verify-full');
    expect(volumesOf(hub).find(({ name }) => name === 'database-ca').secret).toEqual({
      secretName: 'db-ca',
      items: [{ key: 'root', path: 'ca.crt' }],
    });
    const mount = containerOf(hub).volumeMounts.find(({ name }: Manifest) => name === 'database-ca');
    expect(env(hub, 'SUPERCARGO_DATABASE_CA_FILE')).toBe(`${mount.mountPath}/ca.crt`);
  });

  it('is what the URL says where nothing is set', async () => {
    expect(JSON.stringify((await rendered(database))('Deployment', 'hub'))).not.toMatch(/SSL_MODE|CA_FILE/);
  });

  it('that cannot be what is meant is refused', async () => {
    await expect(rendered(database, 'hub.database.sslMode=verify-ca')).rejects.toThrow(
      /needs hub.database.caSecretName/,
    );
    await expect(rendered('hub.database.sslMode=verify-full')).rejects.toThrow(/for a PostgreSQL of your own/);
    await expect(rendered(database, 'hub.database.sslMode=prefer')).rejects.toThrow(/sslMode/);
  });
});
