import { setTimeout as sleep } from 'node:timers/promises';
import { FIELD_MANAGERS, resourceType } from '../../crds/index.ts';
import type { JsonPatchOperation, KubeClient } from '../../kit/kube/client.ts';
import { isApiError } from '../../kit/kube/errors.ts';
import type { Intent, KubeObject, ResourceType } from '../../kit/kube/objects.ts';

export const CRDS: ResourceType = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};
const PAGE = 500;
/** An API server takes a changed CRD a moment after it said yes; others of the cluster need as long. */
const TAKES_EFFECT_MS = 10_000;
/** After a change of its kind the API server reads all of it anew, and answers nothing before. */
const TRIES = 60;
const TRY_EVERY_MS = 1_000;

interface Crd extends KubeObject {
  readonly spec: {
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly storage: boolean }[];
  };
  readonly status?: { readonly storedVersions?: readonly string[] };
}

/**
 * Objects stay in the version in which they were stored until they are written again, and a version can be taken out
 * of a CRD only when nothing is stored in it. So every object of a kind that may have others than the version of today
 * is written once, unchanged, and the CRD's list is put right. Resolves at once where nothing is to do.
 *
 * @throws ApiError of the API server. What it refuses to take again unchanged is said by name; the list then stays.
 */
export async function migrateStored(
  client: KubeClient,
  crdName: string,
  say: (line: string) => void,
  takesEffectMs = TAKES_EFFECT_MS,
): Promise<void> {
  const crd = await client.get<Crd>(CRDS, crdName);
  const storage = crd.spec.versions.find((version) => version.storage)?.name;
  const stored = crd.status?.storedVersions ?? [];
  if (storage === undefined || stored.every((name) => name === storage)) return;
  await sleep(takesEffectMs);
  const { written, refused } = await writeAll(client, resourceType(crd.spec.names.kind));
  for (const line of refused) say(line);
  if (refused.length > 0) {
    say(`${crdName}: stays with ${stored.join(', ')}: mend what is named above, then run this again`);
    return;
  }
  const status = { storedVersions: [storage] };
  const intent: Intent = { apiVersion: CRDS.apiVersion, kind: CRDS.kind, metadata: { name: crdName }, status };
  await client.applyStatus(CRDS, intent, { manager: FIELD_MANAGERS.cli });
  say(`${crdName}: ${written} stored as ${storage}`);
}

async function writeAll(client: KubeClient, type: ResourceType): Promise<{ written: number; refused: string[] }> {
  const refused: string[] = [];
  let written = 0;
  let next: string | undefined;
  do {
    const page = await patiently(() => client.list(type, { metadataOnly: true, limit: PAGE, continue: next }));
    for (const { metadata } of page.items) {
      const fault = await writeAnew(client, type, metadata);
      if (fault === undefined) written += 1;
      else refused.push(`${type.kind} ${metadata.namespace ? `${metadata.namespace}/` : ''}${metadata.name}: ${fault}`);
    }
    next = page.metadata.continue || undefined;
  } while (next !== undefined);
  return { written, refused };
}

/** A patch that asks for nothing but the object's own uid: the API server writes it as it writes any object today. */
async function writeAnew(
  client: KubeClient,
  type: ResourceType,
  { name, namespace, uid }: KubeObject['metadata'],
): Promise<string | undefined> {
  try {
    const same: JsonPatchOperation = { op: 'test', path: '/metadata/uid', value: uid };
    await patiently(() => client.jsonPatch(type, { name, namespace }, [same]));
    return undefined;
  } catch (error) {
    // Gone, or made anew since, and so in the version of today.
    if (isApiError(error, 'NotFound')) return undefined;
    if (isApiError(error, 'Invalid')) return error.message;
    throw error;
  }
}

/** Asks again while the API server says that it is not ready. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await ask();
    } catch (error) {
      if (left === 0 || !isApiError(error, 'Unavailable', 'TooManyRequests')) throw error;
      await sleep(error.retryAfterMs ?? TRY_EVERY_MS);
    }
  }
}
