import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from '../cluster/index.ts';
import type { Hub } from '../demo/steps.ts';
import type { VendureStore } from '../stores/vendure/index.ts';
import { RELEASE_NAMESPACE } from './install.ts';
import type { Kubectl } from './kubectl.ts';

const QUICKSTART = join(import.meta.dirname, '..', '..', 'examples', 'quickstart');

/** A store on this machine, as pods of the cluster reach it. */
export function storeUrl(cluster: Cluster, store: VendureStore): string {
  return store.url.replace(/\/\/[^:/]+/, `//${cluster.hostAddress}`);
}

/** The quick start's manifests with the URL of this store, and live: what is shipped is to be seen there. */
export async function quickstartManifests(url: string): Promise<{ store: string; connection: string; feeds: string }> {
  const read = (name: string) => readFile(join(QUICKSTART, name), 'utf8');
  return {
    store: await read('store.yaml'),
    connection: (await read('connection.yaml'))
      .replace('http://127.0.0.1:3000/admin-api', url)
      .replace('mode: Test', 'mode: Production'),
    feeds: await read('feeds.yaml'),
  };
}

export function secret(apiKey: string): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'vendure-key' }, stringData: { apiKey } };
}

/** The hub through its Service, with the developer API key out of the Secret that the Store's status names. */
export async function hubOf(kubectl: Kubectl, store: string, namespace: string): Promise<Hub | undefined> {
  const service = await kubectl.get<{ spec: { clusterIP: string; ports: { port: number }[] } }>(
    'service',
    'supercargo-hub',
    RELEASE_NAMESPACE,
  );
  const resource = await kubectl.get<{ status?: { developerKey?: { secretName: string } } }>(
    'stores',
    store,
    namespace,
  );
  const secretName = resource?.status?.developerKey?.secretName;
  if (!service || !secretName) return undefined;
  const held = await kubectl.get<{ data: Record<string, string> }>('secret', secretName, namespace);
  const key = held?.data['apiKey'];
  return key === undefined
    ? undefined
    : {
        url: `http://${service.spec.clusterIP}:${service.spec.ports[0]!.port}`,
        key: Buffer.from(key, 'base64').toString('utf8'),
      };
}
