import { API_VERSION, resourceType } from '../../crds/index.ts';
import type { KubeClient } from '../../kit/kube/client.ts';
import { NAMESPACES } from '../../kit/kube/builtin.ts';
import type { Intent, ResourceType } from '../../kit/kube/objects.ts';
import { FEED_TYPES } from '../../model/feeds.ts';

/**
 * So many are in one namespace, with one Store and one Credential. All say the same: what a pod is made of stands as a
 * digest in its Deployment, where a copy cannot have another (copies.ts).
 */
export const PER_NAMESPACE = 100;
const CLIENTS = 32;
export const FEEDS_EACH = 5;
const TYPES = FEED_TYPES.slice(0, FEEDS_EACH);

/** Where the connection of this number is. */
export interface Place {
  readonly namespace: string;
  readonly name: string;
}

export const placeOf = (index: number): Place => ({
  namespace: `client-${Math.floor(index / PER_NAMESPACE)}`,
  name: `shop-${index}`,
});

/** Creates `count` connections of five Feeds each, with what they name. */
export async function createFleet(client: KubeClient, count: number): Promise<void> {
  const make = (kind: string, place: Partial<Place>, spec: object) =>
    client.create(resourceType(kind), {
      ...{ apiVersion: API_VERSION, kind, spec },
      metadata: { name: place.name!, ...(place.namespace ? { namespace: place.namespace } : {}) },
    });
  await make('Driver', { name: 'vendure' }, driverSpec());
  await each(Math.ceil(count / PER_NAMESPACE), async (number) => {
    const { namespace } = placeOf(number * PER_NAMESPACE);
    await client.create(NAMESPACES, named(NAMESPACES, namespace));
    await make('Store', { namespace, name: 'main' }, { client: 'acme', warehouses: [{ name: 'berlin' }] });
    await make('Credential', { namespace, name: 'key' }, { driver: 'vendure', secretRef: { name: 'vendure-key' } });
  });
  await each(count, async (index) => {
    const { namespace, name } = placeOf(index);
    await make('Connection', { namespace, name }, connectionSpec());
    for (const type of TYPES)
      await make('Feed', { namespace, name: `${name}-${type.toLowerCase()}` }, { connectionRef: { name }, type });
  });
}

/** The spec that every connection has; with `memory`, the limit of its pod. */
export function connectionSpec(limits?: { readonly memory: string }): object {
  return {
    storeRef: { name: 'main' },
    driver: 'vendure',
    credentialRef: { name: 'key' },
    settings: { url: 'https://shop.example/admin-api' },
    warehouse: 'berlin',
    ...(limits ? { resources: { limits } } : {}),
  };
}

function driverSpec(): object {
  return {
    title: 'Vendure',
    platformKind: 'Store',
    feeds: TYPES.map((type) => ({ type })),
    settingsSchema: { type: 'object', required: ['url'], properties: { url: { type: 'string' } } },
  };
}

function named({ apiVersion, kind }: ResourceType, name: string): Intent {
  return { apiVersion, kind, metadata: { name } };
}

async function each(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      for (let index = next++; index < count; index = next++) await work(index);
    }),
  );
}
