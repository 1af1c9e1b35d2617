import { describe, expect, it } from '@jest/globals';
import type { StoreResource } from '../../crds/index.ts';
import type { PodView } from '../../kit/kube/builtin.ts';
import type { KubeClient } from '../../kit/kube/client.ts';
import { ApiError } from '../../kit/kube/errors.ts';
import type { ResourceType } from '../../kit/kube/objects.ts';
import { NotNow } from '../../kit/kube/tunnel.ts';
import { chooseStore, readDeveloperKey } from './developer-key.ts';
import { chooseHubPod, explainTunnel, findHubPod } from './hub-pod.ts';

const pod = (namespace: string, name: string, ready: boolean, going = false): PodView => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace, name, ...(going ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
  spec: {
    containers: [
      {
        ports: [
          { name: 'metrics', containerPort: 1 },
          { name: 'http', containerPort: 9090 },
        ],
      },
    ],
  },
  status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});

describe('the pod of the hub', () => {
  it('is one that is ready and not on its way out, at the port that is named http', () => {
    expect(
      chooseHubPod([pod('sc', 'starting', false), pod('sc', 'ending', true, true), pod('sc', 'well', true)], undefined),
    ).toEqual({ namespace: 'sc', pod: 'well', port: 9090 });
  });

  it('speaks TLS where its port is named https', () => {
    const { spec: _, ...rest } = pod('sc', 'well', true);
    const spec = { containers: [{ ports: [{ name: 'https', containerPort: 8080 }] }] };
    expect(chooseHubPod([{ ...rest, spec }], undefined)).toEqual({
      namespace: 'sc',
      pod: 'well',
      port: 8080,
      tls: true,
    });
  });

  it('is waited for where none is ready, with the command that shows why', () => {
    expect(() => chooseHubPod([pod('sc', 'starting', false)], undefined)).toThrow(NotNow);
    expect(() => chooseHubPod([pod('sc', 'starting', false)], undefined)).toThrow(
      /is ready: kubectl -n sc get pods -l app/,
    );
    expect(() => chooseHubPod([], undefined)).toThrow(/is the chart installed/);
    expect(() => chooseHubPod([], 'elsewhere')).toThrow(
      /in namespace elsewhere: name the one .* with --system-namespace/,
    );
  });

  it('is never guessed between two installations', () => {
    expect(() => chooseHubPod([pod('b', 'x', true), pod('a', 'x', true)], undefined)).toThrow(
      'there are hubs in a, b: name one with --system-namespace',
    );
  });

  it('is that of the installation that has the Store, also beside another in one namespace', () => {
    const of = (installation: string, namespace: string, name: string): PodView => {
      const { spec, ...rest } = pod(namespace, name, true);
      const env = [{ name: 'SUPERCARGO_INSTALLATION', value: installation }];
      return { ...rest, spec: { containers: spec!.containers.map((container) => ({ ...container, env })) } };
    };
    const pods = [of('a.one', 'a', 'one'), of('a.two', 'a', 'two'), of('b.one', 'b', 'one')];
    expect(chooseHubPod(pods, undefined, 'a.two')).toMatchObject({ namespace: 'a', pod: 'two' });
    expect(chooseHubPod(pods, undefined, 'b.one')).toMatchObject({ namespace: 'b', pod: 'one' });
    expect(() => chooseHubPod(pods, undefined, 'elsewhere')).toThrow('there are hubs in a, b');
  });

  it('needs rights, which are named with what else would do', async () => {
    const refused = {
      list: async () => {
        throw new ApiError('Forbidden', 403, 'no');
      },
    } as unknown as KubeClient;
    await expect(findHubPod(refused, undefined)).rejects.toThrow(/name the one .* with --system-namespace/);
    await expect(findHubPod(refused, 'sc')).rejects.toThrow(
      /ask for the right to list pods there, or set SUPERCARGO_HUB_URL/,
    );
    expect(
      String(explainTunnel(new ApiError('Forbidden', 403, 'forwarding a port to pod sc/x is not allowed'))),
    ).toMatch(/pods\/portforward there, or set SUPERCARGO_HUB_URL/);
  });
});

const store = (namespace: string, name: string, secretName?: string): StoreResource => ({
  apiVersion: 'supercargo.dev/v1beta1',
  kind: 'Store',
  metadata: { namespace, name },
  spec: {},
  status:
    secretName === undefined
      ? undefined
      : { developerKey: { secretName, hash: 'h', createdAt: '2026-01-01T00:00:00Z' } },
});

interface Cluster {
  readonly stores: readonly StoreResource[];
  readonly secrets?: Readonly<Record<string, Record<string, string>>>;
  readonly forbidden?: (type: string, namespace: string | undefined) => boolean;
}

function reader({ stores, secrets = {}, forbidden = () => false }: Cluster): Pick<KubeClient, 'list' | 'find'> {
  const check = (type: ResourceType, namespace: string | undefined) => {
    if (forbidden(type.kind, namespace)) throw new ApiError('Forbidden', 403, 'no');
  };
  return {
    async list(type: ResourceType, { namespace }: { namespace?: string } = {}) {
      check(type, namespace);
      return {
        items: stores.filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace),
        metadata: {},
      };
    },
    async find(type: ResourceType, name: string, namespace?: string) {
      check(type, namespace);
      const data = secrets[`${namespace}/${name}`];
      return (
        data && {
          data: Object.fromEntries(
            Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
          ),
        }
      );
    },
  } as unknown as Pick<KubeClient, 'list' | 'find'>;
}

describe('the developer key', () => {
  const secrets = { 'acme/key': { apiKey: 'sck_acme' }, 'other/key': { apiKey: 'sck_other' } };
  const stores = [store('acme', 'main', 'key'), store('other', 'main', 'key')];

  it('is of the Store in the namespace that is named, else in that of the context, else of the only Store there is', async () => {
    expect(await readDeveloperKey(reader({ stores, secrets }), { namespace: 'other', contextNamespace: 'acme' })).toBe(
      'sck_other',
    );
    expect(await readDeveloperKey(reader({ stores, secrets }), { contextNamespace: 'acme' })).toBe('sck_acme');
    expect(await readDeveloperKey(reader({ stores: [stores[1]!], secrets }), { contextNamespace: 'acme' })).toBe(
      'sck_other',
    );
    expect(
      await readDeveloperKey(
        reader({ stores: [stores[1]!], secrets, forbidden: (_, namespace) => namespace === 'default' }),
        {},
      ),
    ).toBe('sck_other');
  });

  it('is never guessed between several Stores', async () => {
    await expect(readDeveloperKey(reader({ stores, secrets }), {})).rejects.toThrow(
      'there are several Stores in this cluster: acme/main, other/main. Name one with -n NAMESPACE and --store NAME',
    );
    const two = [store('acme', 'a', 'key'), store('acme', 'b')];
    await expect(readDeveloperKey(reader({ stores: two, secrets }), { namespace: 'acme' })).rejects.toThrow(
      'several Stores in namespace acme: acme/a, acme/b',
    );
    expect(await readDeveloperKey(reader({ stores: two, secrets }), { namespace: 'acme', store: 'a' })).toBe(
      'sck_acme',
    );
    expect(() => chooseStore(two, { store: 'c', where: 'namespace acme' })).toThrow(
      'there is no Store c in namespace acme: there are acme/a, acme/b',
    );
  });

  it('that is missing is told with what to do', async () => {
    await expect(readDeveloperKey(reader({ stores: [store('acme', 'main')] }), { namespace: 'acme' })).rejects.toThrow(
      'has no developer API key yet: kubectl -n acme describe store main',
    );
    await expect(readDeveloperKey(reader({ stores }), { namespace: 'acme' })).rejects.toThrow(
      'Secret acme/key is gone: annotate Store acme/main',
    );
    await expect(readDeveloperKey(reader({ stores: [] }), { namespace: 'acme' })).rejects.toThrow(
      'there is no Store in namespace acme',
    );
  });

  it('that may not be read names the right, and the Secret only by name', async () => {
    await expect(
      readDeveloperKey(reader({ stores, secrets, forbidden: (kind) => kind === 'Secret' }), { namespace: 'acme' }),
    ).rejects.toThrow(/you may not read Secret acme\/key, .* or set SUPERCARGO_API_KEY/);
    await expect(
      readDeveloperKey(reader({ stores, forbidden: (_, namespace) => namespace === undefined }), {}),
    ).rejects.toThrow('name the namespace of the Store with -n');
  });
});
