import { createHash } from 'node:crypto';
import type { StoreResource } from '../../crds/index.ts';
import { timestamp, type ConditionValue } from '../../kit/conditions.ts';
import { isApiError } from '../../kit/kube/errors.ts';
import type { Context } from '../context.ts';
import { SECRETS } from '../../kit/kube/builtin.ts';
import { developerSecretName, type DeveloperKey } from './decide.ts';

/** The key in force, or why there is none; neither: it has none of its own. */
export type KeyOutcome = { readonly key: DeveloperKey } | { readonly problem: ConditionValue } | Record<never, never>;

/**
 * Makes the developer API key where it is missing. The operator can create a Secret and not read it, so the hash in
 * status is all it will ever know: the live Store is asked, not the cache, before a key is made, and `made` keeps the
 * hash until status shows it (the status write may fail and be tried again).
 */
export async function ensureDeveloperKey(
  { client, informers, clock, randomKey }: Context,
  store: StoreResource,
  made: Map<string, DeveloperKey>,
): Promise<KeyOutcome> {
  const wanted = developerSecretName(store);
  const id = `${store.metadata.uid}/${wanted}`;
  const known = store.status?.developerKey;
  if (known?.secretName === wanted) {
    made.delete(id);
    return { key: known };
  }
  const pending = made.get(id);
  if (pending) return { key: pending };
  const live = await client.find<StoreResource>(informers.stores.type, store.metadata.name, store.metadata.namespace);
  const recorded = live?.status?.developerKey;
  if (recorded?.secretName === wanted) return { key: recorded };
  const apiKey = randomKey();
  try {
    await client.create(SECRETS, secretOf(store, wanted, apiKey));
  } catch (error) {
    if (isApiError(error, 'AlreadyExists')) return { problem: unknownKey(store, wanted) };
    throw error;
  }
  const key = {
    secretName: wanted,
    hash: createHash('sha256').update(apiKey).digest('hex'),
    createdAt: timestamp(clock.now()),
  };
  made.set(id, key);
  return { key };
}

/** Of the Secret with the key. */
export const KEY_LABELS = {
  'app.kubernetes.io/managed-by': 'supercargo-operator',
  'app.kubernetes.io/part-of': 'supercargo',
} as const;

function secretOf({ apiVersion, kind, metadata }: StoreResource, name: string, apiKey: string) {
  return {
    apiVersion: SECRETS.apiVersion,
    kind: SECRETS.kind,
    type: 'Opaque',
    metadata: {
      name,
      namespace: metadata.namespace,
      labels: KEY_LABELS,
      ownerReferences: [
        { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true, blockOwnerDeletion: false },
      ],
    },
    stringData: { apiKey },
  };
}

function unknownKey({ metadata }: StoreResource, name: string): ConditionValue {
  return {
    status: 'False',
    reason: 'DeveloperKeyUnknown',
    message: `the Secret ${name} exists but was not created for this Store, and the operator cannot read it. Delete it (kubectl -n ${metadata.namespace} delete secret ${name}) and a new key is generated`,
  };
}
