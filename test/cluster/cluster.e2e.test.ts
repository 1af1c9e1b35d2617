import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { run } from './exec.ts';
import { buildImage, DEFAULT_IMAGE, loadImage, startCluster, stderrLog, type Cluster } from './index.ts';
import { waitFor } from './wait.ts';

/** Our own user, our own file system read-only: the way the chart runs every part. */
const HARDENED = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

const NAMESPACE = 'cluster-smoke';

/** A server that also runs code sent by exec, so that one pod serves every look from inside. */
const SERVER = `require('http').createServer((_, answer) => answer.end('served')).listen(8080); console.log('listening');
process.on('SIGTERM', () => process.exit(0));`;

describe('a real cluster', () => {
  let cluster: Cluster;
  let machine: Server;

  const kubectl = (...args: string[]): Promise<string> =>
    run('kubectl', ['--namespace', NAMESPACE, ...args], { env: cluster.adminEnv, timeout: 120_000 });
  const apply = (object: object): Promise<string> =>
    run('kubectl', ['apply', '--server-side', '--filename', '-'], {
      env: cluster.adminEnv,
      input: JSON.stringify(object),
    });
  const evaluate = (code: string): Promise<string> =>
    kubectl('exec', 'server', '--', 'node', '--input-type=module', '--eval', code);
  const container = (extra: object): object => ({
    name: 'main',
    image: DEFAULT_IMAGE,
    imagePullPolicy: 'Never',
    securityContext: HARDENED,
    ...extra,
  });

  beforeAll(async () => {
    cluster = await startCluster({ name: process.env['CLUSTER'], log: stderrLog });
    await loadImage(cluster, (await buildImage({ log: stderrLog })).archive);
    await kubectl('delete', 'namespace', NAMESPACE, '--ignore-not-found');
    await apply({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: NAMESPACE, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    });
    await waitFor(
      'the ServiceAccount',
      async () => (await kubectl('get', 'serviceaccount', 'default', '--output=name')) !== '',
      { timeout: 30_000 },
    );
    await apply({
      apiVersion: 'v1',
      kind: 'List',
      items: [
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'server', namespace: NAMESPACE, labels: { app: 'server' } },
          spec: {
            containers: [
              container({
                command: ['node', '--eval', SERVER],
                readinessProbe: { httpGet: { port: 8080, path: '/' }, periodSeconds: 1 },
                volumeMounts: [{ name: 'data', mountPath: '/data' }],
              }),
            ],
            volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
          },
        },
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'web', namespace: NAMESPACE },
          spec: { selector: { app: 'server' }, ports: [{ port: 80, targetPort: 8080 }] },
        },
        {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { name: 'data', namespace: NAMESPACE },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'version', namespace: NAMESPACE },
          spec: { restartPolicy: 'Never', containers: [container({ command: ['node', '--version'] })] },
        },
      ],
    });
    await kubectl('wait', 'pod/server', '--for=condition=Ready', '--timeout=90s');
    machine = createServer((_, answer) => answer.end('from the machine'));
    await new Promise<void>((resolve) => machine.listen(0, resolve));
  }, 45 * 60_000);

  afterAll(async () => {
    machine?.close();
    if (cluster) await kubectl('delete', 'namespace', NAMESPACE, '--wait=false');
  }, 60_000);

  it('runs our image as a user without rights on a read-only file system', async () => {
    await kubectl('wait', 'pod/version', '--for=jsonpath={.status.phase}=Succeeded', '--timeout=60s');
    expect(await kubectl('logs', 'version')).toMatch(/^v24\./);
    expect(await evaluate('console.log(process.getuid(), process.getgid())')).toBe('65532 65532\n');
    await expect(evaluate("import fs from 'node:fs'; fs.writeFileSync('/app/x', '')")).rejects.toThrow('EROFS');
  }, 60_000);

  it('shows logs', async () => {
    expect(await kubectl('logs', 'server')).toContain('listening');
  }, 60_000);

  it('resolves and balances a Service inside, by short and by full name', async () => {
    for (const host of ['web', `web.${NAMESPACE}.svc.cluster.local`]) {
      // A pod is Ready before its address has come to the Service, and from there to the node.
      const answer = await waitFor(
        `an answer of ${host}`,
        () => evaluate(`console.log(await (await fetch('http://${host}/')).text())`),
        { timeout: 45_000, interval: 500 },
      );
      expect(answer).toBe('served\n');
    }
  }, 120_000);

  it('is reached from this machine by the addresses of pods and Services', async () => {
    const podAddress = await kubectl('get', 'pod/server', '--output=jsonpath={.status.podIP}');
    const serviceAddress = await kubectl('get', 'service/web', '--output=jsonpath={.spec.clusterIP}');
    for (const url of [`http://${podAddress}:8080`, `http://${serviceAddress}`]) {
      expect(await (await fetch(url, { signal: AbortSignal.timeout(30_000) })).text()).toBe('served');
    }
  }, 60_000);

  it('reaches servers on this machine from pods', async () => {
    const { port } = machine.address() as AddressInfo;
    expect(await evaluate(`console.log(await (await fetch('http://${cluster.hostAddress}:${port}')).text())`)).toBe(
      'from the machine\n',
    );
  }, 60_000);

  it('lets a pod reach the API server with its own token', async () => {
    const code = `import fs from 'node:fs';
      const folder = '/var/run/secrets/kubernetes.io/serviceaccount';
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
      const token = fs.readFileSync(folder + '/token', 'utf8');
      const answer = await fetch('https://kubernetes.default.svc/api/v1/namespaces/default/pods', { headers: { authorization: 'Bearer ' + token } });
      console.log(answer.status, (await answer.json()).message);`;
    expect(await evaluate(code)).toContain(`403 pods is forbidden: User "system:serviceaccount:${NAMESPACE}:default"`);
  }, 60_000);

  it('enforces NetworkPolicies: what none allows goes neither in nor out, and what one allows does', async () => {
    const { port } = machine.address() as AddressInfo;
    const out = async () =>
      (
        await evaluate(
          `console.log(await fetch('http://${cluster.hostAddress}:${port}', { signal: AbortSignal.timeout(1000) }).then(({ status }) => status, () => 'cut off'))`,
        )
      ).trim();
    const podAddress = await kubectl('get', 'pod/server', '--output=jsonpath={.status.podIP}');
    // A connection of its own: what is established goes on.
    const within = () =>
      new Promise<string>((resolve) => {
        const asked = get({ host: podAddress, port: 8080, agent: false, timeout: 1000 }, (answer) => {
          answer.resume();
          resolve(String(answer.statusCode));
        });
        asked.on('timeout', () => asked.destroy());
        asked.on('error', () => resolve('cut off'));
      });
    const policy = (spec: object) =>
      apply({
        ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
        metadata: { name: 'server', namespace: NAMESPACE },
        spec: { podSelector: { matchLabels: { app: 'server' } }, policyTypes: ['Ingress', 'Egress'], ...spec },
      });
    const both = async (expected: string) =>
      waitFor(`both ways to be ${expected}`, async () => (await out()) === expected && (await within()) === expected, {
        timeout: 30_000,
      });
    await both('200');
    await policy({});
    await both('cut off');
    await policy({ ingress: [{ ports: [{ port: 8080 }] }], egress: [{ ports: [{ port }] }] });
    await both('200');
    await kubectl('delete', 'networkpolicy', 'server');
  }, 120_000);

  it('gives a claim a volume that a user without rights may write', async () => {
    expect(
      await evaluate(
        "import fs from 'node:fs'; fs.writeFileSync('/data/x', 'kept'); console.log(fs.readFileSync('/data/x', 'utf8'))",
      ),
    ).toBe('kept\n');
  }, 60_000);
});
