import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { run } from '../test/cluster/exec.ts';
import { binaryPath, ensureBinaries, noLog } from '../test/cluster/index.ts';

jest.setTimeout(600_000);

interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>>;
}
interface Egress {
  readonly ports?: readonly { readonly port: number }[];
  readonly to?: readonly { readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] } }[];
}

beforeAll(() => ensureBinaries(['helm'], noLog));

/** The chart as Helm renders it with these values. */
async function rendered(...values: string[]): Promise<Rendered[]> {
  const text = await run(binaryPath('helm'), [
    'template',
    '--kube-version',
    '1.37.2',
    'supercargo',
    join(import.meta.dirname, 'supercargo'),
    ...values.flatMap((value) => ['--set', value]),
  ]);
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as Rendered | null) ?? []);
}

async function egressOf(part: string, ...values: string[]): Promise<readonly Egress[]> {
  const objects = await rendered('networkPolicy.enabled=true', ...values);
  const policy = objects.find(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name.endsWith(part))!;
  expect(policy.spec['policyTypes']).toEqual(['Ingress', 'Egress']);
  return policy.spec['egress'] as Egress[];
}

const blocksOf = (egress: readonly Egress[]) =>
  egress.flatMap(({ to = [] }) => to.flatMap(({ ipBlock }) => (ipBlock ? [ipBlock] : [])));

describe('network policies of the chart', () => {
  it('let the hub call public addresses, and of private ones those of the installation, never the metadata', async () => {
    const blocks = blocksOf(await egressOf('hub', 'hub.webhooks.privateNetworks={10.20.0.0/16}'));
    for (const { cidr, except } of blocks.filter(({ cidr }) => cidr.endsWith('/0')))
      expect(except).toEqual(
        expect.arrayContaining(cidr === '::/0' ? ['fe80::/10'] : ['169.254.0.0/16', '168.63.129.16/32']),
      );
    expect(blocks.map(({ cidr }) => cidr)).toContain('10.20.0.0/16');
    expect(blocksOf(await egressOf('hub')).map(({ cidr }) => cidr)).not.toContain('10.20.0.0/16');
  });

  it('open the database’s port where there is an external one', async () => {
    const ports = (egress: readonly Egress[]) => egress.flatMap(({ ports: all }) => all?.map(({ port }) => port) ?? []);
    expect(ports(await egressOf('hub', 'hub.database.secretName=db'))).toContain(5432);
    expect(ports(await egressOf('hub', 'hub.database.secretName=db', 'hub.database.port=6432'))).toContain(6432);
    expect(ports(await egressOf('hub'))).not.toContain(5432);
  });

  it('let the operator reach DNS, the API server and the hub, and nothing else', async () => {
    const egress = await egressOf('operator');
    expect(egress.map(({ ports }) => ports?.map(({ port }) => port))).toEqual([[53, 53], [443, 6443], [8080]]);
  });
});

describe('sync.privateNetworks', () => {
  it('reach the operator, which tells the pods', async () => {
    const objects = await rendered('sync.privateNetworks={10.20.0.0/16,fd00::/8}');
    expect(
      JSON.stringify(objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name.endsWith('operator'))),
    ).toContain('{"name":"SUPERCARGO_SYNC_PRIVATE_NETWORKS","value":"10.20.0.0/16,fd00::/8"}');
  });

  it('are refused where one is no network', async () => {
    await expect(rendered('sync.privateNetworks={internal}')).rejects.toThrow(/sync.*privateNetworks/s);
  });
});

describe('an ingress without TLS', () => {
  const INGRESS = ['hub.ingress.enabled=true', 'hub.ingress.host=hub.example.com'];

  it('is not installed: keys and orders would go in clear, and publicUrl would promise https', async () => {
    await expect(rendered(...INGRESS)).rejects.toThrow(
      'hub.ingress has no TLS: set hub.ingress.tlsSecretName, or hub.ingress.tls=terminatedElsewhere',
    );
  });

  it('is where the chart is told that TLS ends before it', async () => {
    const objects = await rendered(...INGRESS, 'hub.ingress.tls=terminatedElsewhere');
    expect(objects.find(({ kind }) => kind === 'Ingress')!.spec['tls']).toBeUndefined();
  });

  it('has TLS from its Secret', async () => {
    const objects = await rendered(...INGRESS, 'hub.ingress.tlsSecretName=hub-tls');
    expect(objects.find(({ kind }) => kind === 'Ingress')!.spec['tls']).toEqual([
      { hosts: ['hub.example.com'], secretName: 'hub-tls' },
    ]);
  });
});

describe('sync values that are not taken', () => {
  it.each([
    ['a misspelt one', 'sync.nodeSelektor.pool=x', /nodeSelektor/],
    ['one below', 'sync.imagePullSecrets[0].nam=x', /imagePullSecrets/],
    ['a toleration of another shape', 'sync.tolerations[0].keys=x', /tolerations/],
    ['a variable of ours', 'sync.extraEnv.SUPERCARGO_HUB_URL=x', /extraEnv/],
    ['a proxy with a password', 'sync.proxy.httpsProxy=http://user:secret@proxy:3128', /httpsProxy/],
    ['a label of ours', 'sync.podLabels.app\\.kubernetes\\.io/name=x', /podLabels/],
    ['an amount that is none', 'sync.resources.limits.memory=lots', /memory/],
  ])('%s', async (_what, value, words) => {
    await expect(rendered(value)).rejects.toThrow(words);
  });
});
