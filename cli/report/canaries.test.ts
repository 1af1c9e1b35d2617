import { describe, expect, it } from '@jest/globals';
import { KINDS } from '../../crds/index.ts';
import { customResourceDefinition } from '../../crds/schema/crd.ts';
import { fakeTarget, quickClock } from '../../test/support/fake-target.ts';
import { seededEvents, seededPods } from '../../test/support/report-cluster.ts';
import { makeReport } from '../commands/report.ts';
import type { Viewed } from '../status-view.ts';

/** Secrets as platforms make them, and persons as shops have them. */
const CANARIES = [
  'canary.ada@buyers.example',
  'canary.ada%40buyers.example',
  '+44 7700 900123',
  'shpat_canary0123456789abcdef01234567',
  'sck_canaryZm9vYmFyYmF6cXV4Zm9vYmFy',
  'whsec_canaryC2mxRkYdzAv1bW9uZXk4Nw==',
  'Bearer canary-token-of-a-person',
  'password=canaryHunter',
  'https://canary:canaryLogin@shop.example/admin?key=canaryQuery#canaryPart',
  'Xq7canaryZk2Lm9Wp4Rt8',
  'deadbeefcafe0123456789abcdef0123',
];
const FOUND = /canary|7700|buyers|deadbeef|hunter2x/i;
const PLANTED = CANARIES.join(' ');

/** Free fields, whatever their name, with a person below them. */
const EXTRA = {
  note: 'Canary Ada',
  apiKey: 'canary',
  phone: 447_700_900_123,
  anything: 447_700_900_123,
  customer: { firstName: 'Canary', address: ['Canary Road 1'] },
  [PLANTED]: PLANTED,
};

/** Not planted: by these an object is found. */
const KEEPS = new Set(['name', 'namespace', 'kind', 'phase', 'lastTimestamp', 'part']);

/** With every text in it followed by all canaries. */
function planted<T>(value: T, field = ''): T {
  if (typeof value === 'string')
    return (
      KEEPS.has(field) || field.startsWith('app.kubernetes.io/') || field.startsWith('supercargo.dev/connection')
        ? value
        : `${value} ${PLANTED}`
    ) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => planted(item, field)) as T;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, planted(inner, name)])) as T;
}

/** All canaries in each field that a schema has, however deep, whatever its type. */
function filled(schema: unknown): unknown {
  const { properties, items, additionalProperties } = schema as Readonly<Record<string, unknown>>;
  if (items) return [filled(items)];
  const named = Object.entries(properties ?? {}).map(([name, inner]) => [name, filled(inner)] as const);
  const free = typeof additionalProperties === 'object' ? [[PLANTED, filled(additionalProperties)] as const] : [];
  if (named.length + free.length > 0) return Object.fromEntries([...named, ...free]);
  return (schema as { type?: string }).type === 'object' ? EXTRA : PLANTED;
}

interface Root {
  readonly properties: Readonly<Record<'spec' | 'status', object>>;
}

const resources = KINDS.map((kind): Viewed => {
  const crd = customResourceDefinition(kind) as unknown as {
    spec: { versions: readonly { schema: { openAPIV3Schema: Root } }[] };
  };
  const { spec, status } = crd.spec.versions[0]!.schema.openAPIV3Schema.properties;
  return {
    kind: kind.kind,
    metadata: {
      name: 'planted',
      ...(kind.scope === 'Namespaced' ? { namespace: 'acme' } : {}),
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': PLANTED, 'supercargo.dev/release': PLANTED },
      labels: { [PLANTED]: PLANTED, 'app.kubernetes.io/name': PLANTED },
      uid: PLANTED,
      finalizers: [PLANTED],
      ...{ managedFields: [EXTRA], ownerReferences: [EXTRA] },
    },
    spec: filled(spec) as Viewed['spec'],
    status: filled(status) as Viewed['status'],
  };
});

const LINES = [
  PLANTED,
  ...CANARIES,
  ...CANARIES.map((canary) => `the shop said: "${canary}" (twice: ${canary})`),
  JSON.stringify({ level: 'warn', message: PLANTED, err: { stack: PLANTED, cause: EXTRA }, ...EXTRA }),
  JSON.stringify({ message: JSON.stringify(EXTRA.customer).replaceAll('Canary', 'canary.ada@buyers.example') }),
  `{"half a line": "${PLANTED}`,
];

/** Each file of a report of a cluster that is full of canaries. */
async function files(name?: string): Promise<Map<string, string>> {
  const { pods, deployments } = seededPods();
  const names = pods!.map((pod) => pod.metadata.name);
  const { target } = fakeTarget({
    resources: [...resources, used('Connection'), used('Feed')],
    pods: planted(pods!).map((pod) => ({ ...pod, ...{ managedFields: EXTRA }, status: { ...pod.status, ...EXTRA } })),
    deployments: planted(deployments!).map((one) => ({ ...one, spec: EXTRA, status: { conditions: [EXTRA] } })),
    events: planted(seededEvents()),
    logs: Object.fromEntries(names.flatMap((one) => [one, `${one} previous`].map((key) => [key, LINES]))),
    pages: Object.fromEntries(
      names.flatMap((one) => [
        [`${one} /metrics`, `# HELP supercargo_x ${PLANTED}\nsupercargo_x{feed="${PLANTED}"} 1\n${PLANTED}`],
        [`${one} /readyz`, `[-] shop: ${PLANTED}`],
        [`${one} /healthz`, LINES.join('\n')],
      ]),
    ),
    forbidden: (what) => what === 'list License',
  });
  const written = new Map<string, string>();
  await makeReport(
    target,
    { name, tail: 100, keyGiven: false },
    {
      clock: quickClock(),
      own: { cli: '1.2.3', node: 'v24.0.0' },
      open: async () => ({
        add: async (path, text) => void written.set(path, text),
        finish: async () => undefined,
        discard: async () => undefined,
      }),
      tell: () => undefined,
    },
  );
  return written;
}

/** What a report of one connection finds its way by. */
const used = (kind: string): Viewed => ({
  kind,
  metadata: { namespace: 'acme', name: kind === 'Feed' ? 'orders' : 'shop' },
  spec: {
    ...{ driver: 'planted', storeRef: { name: 'planted' }, credentialRef: { name: 'planted' } },
    ...{ connectionRef: { name: 'shop' }, settings: EXTRA, pod: EXTRA },
  },
});

describe.each([
  ['an installation', undefined],
  ['a connection', 'shop'],
])('the report of %s', (_, name) => {
  it('has no secret and no person that was planted in each field of each object and each line of a log', async () => {
    const found = [...(await files(name))].flatMap(([path, text]) =>
      `${path}\n${text}`
        .split('\n')
        .filter((line) => FOUND.test(line))
        .map((line) => `${path}: ${line}`),
    );
    expect(found).toEqual([]);
  });

  it('has all files into which they were planted', async () => {
    const all = [...(await files(name)).keys()];
    for (const part of ['stores', 'credentials', 'connections', 'feeds', 'pods', 'deployments', 'events', 'drivers'])
      expect(all).toContainEqual(expect.stringContaining(`/${part}.json`));
    for (const part of ['hub-0/hub.log', 'hub-0/metrics.txt', 'sync-shop-1/sync.log', 'sync-shop-1/sync.previous.log'])
      expect(all).toContainEqual(expect.stringContaining(part));
  });
});
