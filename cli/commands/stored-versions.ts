import { FIELD_MANAGERS, resourceType } from '../../crds/index.ts';
import type { Clock } from '../../kit/clock.ts';
import type { JsonPatchOperation, KubeClient } from '../../kit/kube/client.ts';
import { isApiError } from '../../kit/kube/errors.ts';
import type { Intent, KubeObject, ObjectMeta, ResourceType } from '../../kit/kube/objects.ts';
import { CRDS, olderOf, servedBy, storageOf, type Crd } from './crd.ts';
import { ownersIn, type FieldOwner } from './field-owners.ts';

const PAGE = 500;
/** An API server takes a changed CRD a moment after it said yes; others of the cluster need as long. */
const TAKES_EFFECT_MS = 10_000;
/** After a change of its kind the API server reads all of it anew, and answers nothing before. */
const TRIES = 60;
const TRY_EVERY_MS = 1_000;
/** So many of a kind are named where they are refused: a missing right refuses all. */
const NAMED = 20;

/** What the writing anew needs of its surroundings. */
export interface MigrationSurroundings {
  readonly client: Pick<KubeClient, 'get' | 'list' | 'jsonPatch' | 'applyStatus'>;
  readonly clock: Clock;
  readonly say: (line: string) => void;
  /** A version was served until just now. */
  readonly aVersionWent?: boolean;
}

/**
 * Objects hold on to versions of the past in two ways, and each has to go before the version can, or right after.
 *
 * They stay in the version in which they were stored until they are written again: every object of a kind that may have
 * others than the version of today is written once, unchanged, and the CRD's list is put right.
 *
 * And they remember in which version each of their fields was written. The API server refuses every server-side apply
 * to an object that remembers one that is not served: operator, sync pods and GitOps could write nothing more. So these
 * owners are said in the version of today; with the first job, and again where somebody wrote in the old version since.
 *
 * Interrupted, it begins anew: what is done already costs a request and no write.
 *
 * @throws Error once all that can be written is: what was refused is said by name, and the lists of its kinds stay.
 */
export async function migrateStored(crdNames: readonly string[], surroundings: MigrationSurroundings): Promise<void> {
  const { client, clock, say } = surroundings;
  const crds: Crd[] = [];
  for (const name of crdNames) crds.push(await client.get<Crd>(CRDS, name));
  if (surroundings.aVersionWent || crds.some((crd) => olderOf(crd).length > 0)) await clock.sleep(TAKES_EFFECT_MS);
  const left: string[] = [];
  for (const crd of crds) {
    const { name } = crd.metadata;
    const older = olderOf(crd);
    const { written, refused } = await writeAll(crd, surroundings);
    for (const line of refused.slice(0, NAMED)) say(line);
    if (refused.length > NAMED) say(`and ${refused.length - NAMED} more of them`);
    if (refused.length > 0) left.push(`${refused.length} of ${name}`);
    else if (older.length > 0) {
      await putRight(client, crd);
      say(`${name}: ${written} stored as ${storageOf(crd)}`);
    } else if (written > 0) say(`${name}: ${written} had fields of a version that is not served any more`);
  }
  if (left.length > 0)
    throw new Error(
      `not written anew: ${left.join('; ')}. They hold on to a version that goes: mend what is named above, then run this again`,
    );
}

async function putRight(client: MigrationSurroundings['client'], crd: Crd): Promise<void> {
  const { name } = crd.metadata;
  const status = { storedVersions: [storageOf(crd)] };
  const intent: Intent = { apiVersion: CRDS.apiVersion, kind: CRDS.kind, metadata: { name }, status };
  await client.applyStatus(CRDS, intent, { manager: FIELD_MANAGERS.cli });
}

type Target = Pick<ObjectMeta, 'name' | 'namespace'> & { readonly remembersOld: boolean };

async function writeAll(
  crd: Crd,
  { client, clock }: MigrationSurroundings,
): Promise<{ written: number; refused: string[] }> {
  const { kind } = crd.spec.names;
  const refused: string[] = [];
  let written = 0;
  for (const target of await targetsOf(crd, client, clock)) {
    try {
      await writeAnew(crd, target, client, clock);
      written += 1;
    } catch (error) {
      if (isApiError(error, 'NotFound')) continue;
      if (!isApiError(error, 'Invalid', 'Forbidden')) throw error;
      refused.push(`${kind} ${target.namespace ? `${target.namespace}/` : ''}${target.name}: ${error.message}`);
    }
  }
  return { written, refused };
}

async function writeAnew(
  crd: Crd,
  { name, namespace, remembersOld }: Target,
  client: MigrationSurroundings['client'],
  clock: Clock,
): Promise<void> {
  const type = typeOf(crd);
  for (let left = TRIES; ; left -= 1) {
    try {
      // Without one nothing is asked for: the API server writes it as it writes any object today, whichever has the
      // name by now.
      const patch = remembersOld
        ? forget(crd, await patiently(clock, () => client.get<KubeObject>(type, name, namespace)))
        : [];
      await patiently(clock, () => client.jsonPatch(type, { name, namespace }, patch));
      return;
    } catch (error) {
      // Somebody else was faster.
      if (left === 0 || !isApiError(error, 'Conflict')) throw error;
    }
  }
}

/** With the version of the object that was read: another writer's owners are not written over. */
function forget(crd: Crd, { metadata: { managedFields, resourceVersion } }: KubeObject): JsonPatchOperation[] {
  const owners = ownersNow(crd, managedFields);
  if (!owners) return [];
  return [
    { op: 'replace', path: '/metadata/managedFields', value: owners },
    { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
  ];
}

/** Undefined where nothing is to change. */
function ownersNow(crd: Crd, owners: readonly unknown[] = []): readonly FieldOwner[] | undefined {
  const { group } = crd.spec;
  const kept = olderOf(crd).length > 0 ? [storageOf(crd)] : servedBy(crd);
  const isOld = (apiVersion: string): boolean =>
    apiVersion.startsWith(`${group}/`) && !kept.includes(apiVersion.slice(group.length + 1));
  return ownersIn(`${group}/${storageOf(crd)}`, owners as readonly FieldOwner[], isOld);
}

/** In the version that is stored: the one version that all releases around have. */
const typeOf = (crd: Crd): ResourceType => ({
  ...resourceType(crd.spec.names.kind),
  apiVersion: `${crd.spec.group}/${storageOf(crd)}`,
});

/**
 * All of a kind that have to be written, before the first is: a list that is read on while very many are written
 * outlives what the API server keeps of it. What is made meanwhile is stored in the version of today.
 */
async function targetsOf(crd: Crd, client: MigrationSurroundings['client'], clock: Clock): Promise<Target[]> {
  const isStoredOtherwise = olderOf(crd).length > 0;
  const targets: Target[] = [];
  let next: string | undefined;
  do {
    const page = await patiently(clock, () =>
      client.list(typeOf(crd), { metadataOnly: true, limit: PAGE, continue: next }),
    );
    for (const { metadata } of page.items) {
      const remembersOld = ownersNow(crd, metadata.managedFields) !== undefined;
      if (isStoredOtherwise || remembersOld)
        targets.push({ name: metadata.name, namespace: metadata.namespace, remembersOld });
    }
    next = page.metadata.continue || undefined;
  } while (next !== undefined);
  return targets;
}

/** Asks again while the API server says that it is not ready. */
async function patiently<T>(clock: Clock, ask: () => Promise<T>): Promise<T> {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await ask();
    } catch (error) {
      if (left === 0 || !isApiError(error, 'Unavailable', 'TooManyRequests')) throw error;
      await clock.sleep(error.retryAfterMs ?? TRY_EVERY_MS);
    }
  }
}
