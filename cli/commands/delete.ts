import { FINALIZER } from '../../crds/index.ts';
import type { Clock } from '../../kit/clock.ts';
import { findCondition } from '../../kit/conditions.ts';
import { isApiError } from '../../kit/kube/errors.ts';
import type { ClusterDoors } from '../cluster-doors.ts';
import { UsageError } from '../exit-code.ts';
import { choose, idOf, namespaceOf, type Choice } from '../scope.ts';
import type { Viewed } from '../status-view.ts';
import type { Target } from '../target.ts';

export interface DeleteOptions extends Choice {
  readonly wait: boolean;
  readonly timeoutMs: number;
  readonly yes: boolean;
}

export interface DeleteDoors {
  readonly clock: Clock;
  readonly say: (line: string) => void;
  /** Asks the person; undefined where nobody can be asked. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
}

const KIND = 'Connection';
const LOOK_EVERY_MS = 1000;
/** What the operator says in the end, and whether all was done. */
const LAST_WORDS: Readonly<Record<string, boolean>> = {
  Deregistered: true,
  NamespaceTerminating: true,
  DeletionDeadlineExceeded: false,
};

/**
 * `supercargo delete`: says before what becomes of the hub's data, and while it waits what it waits for. Returns
 * whether all that was chosen is gone, with nothing left undone.
 */
export async function deleteConnections(target: Target, options: DeleteOptions, doors: DeleteDoors): Promise<boolean> {
  const { cluster } = target;
  if (!cluster)
    throw new UsageError('a running "up" has what its manifests say: take the connection out of them, and it goes');
  const chosen = await choose(target, KIND, options);
  for (const one of chosen) refuseProtected(one);
  for (const one of chosen) doors.say(fate(one));
  await agreed(chosen, options, doors);
  for (const { metadata } of chosen) {
    const { namespace, name, uid } = metadata;
    await cluster.remove({ kind: KIND, namespace, name, uid });
  }
  if (options.wait) return waitUntilGone(target, cluster, { chosen, options }, doors);
  for (const one of chosen) doors.say(`${KIND} ${idOf(one)}: its deletion has begun`);
  return true;
}

const policyOf = ({ spec }: Viewed): string => (spec['deletionPolicy'] === 'Delete' ? 'Delete' : 'Retain');

function fate(one: Viewed): string {
  return policyOf(one) === 'Delete'
    ? `${KIND} ${idOf(one)} has deletionPolicy Delete: the hub deletes all its orders, levels and state, for good`
    : `${KIND} ${idOf(one)} has deletionPolicy Retain: the hub keeps its data`;
}

/** The API server refuses it, too; but of several, only when the first ones are gone. */
function refuseProtected(one: Viewed): void {
  if (one.spec['deletionProtection'] !== true || one.status?.['state'] === 'Inactive') return;
  throw new UsageError(
    `${KIND} ${idOf(one)} has deletionProtection: nothing was deleted. Disable it first, and wait until it is Inactive`,
  );
}

async function agreed(chosen: readonly Viewed[], { yes }: DeleteOptions, { ask }: DeleteDoors): Promise<void> {
  if (yes) return;
  if (chosen.some((one) => policyOf(one) === 'Delete'))
    throw new UsageError('nothing was deleted: give --yes where the policy is Delete');
  if (!ask) throw new UsageError('nothing was deleted, as nobody can be asked here: give --yes');
  const what = chosen.length === 1 ? idOf(chosen[0]!) : `these ${chosen.length} connections`;
  if ((await ask(`delete ${what}? Type "yes": `)).trim() !== 'yes') throw new UsageError('nothing was deleted');
}

async function waitUntilGone(
  target: Target,
  cluster: ClusterDoors,
  { chosen, options }: { readonly chosen: readonly Viewed[]; readonly options: DeleteOptions },
  { clock, say }: DeleteDoors,
): Promise<boolean> {
  const waiting = new Map(chosen.map((one) => [one.metadata.uid ?? idOf(one), { one, told: '' }]));
  const deadline = clock.now().getTime() + options.timeoutMs;
  let well = true;
  for (;;) {
    const there = await target.list(KIND, namespaceOf(target, options), undefined);
    for (const [uid, entry] of waiting) {
      const now = there.find((other) => (other.metadata.uid ?? idOf(other)) === uid);
      if (!now) {
        waiting.delete(uid);
        const { words, done } = await lastWords(cluster, entry.one);
        say(`${KIND} ${idOf(entry.one)} is gone${words}`);
        well = well && done;
        continue;
      }
      const reason = waitsFor(now);
      if (reason !== entry.told) say(`${KIND} ${idOf(now)}: ${reason}`);
      entry.told = reason;
    }
    if (waiting.size === 0 || clock.now().getTime() >= deadline) break;
    await clock.sleep(LOOK_EVERY_MS);
  }
  for (const { one, told } of waiting.values())
    say(`${KIND} ${idOf(one)} is still there after ${options.timeoutMs / 1000} s: ${told}. Its deletion goes on`);
  return well && waiting.size === 0;
}

/** Why it is still there. */
export function waitsFor({ metadata, status }: Viewed): string {
  const others = (metadata.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
  if (!metadata.finalizers?.includes(FINALIZER))
    return others.length > 0 ? `waits for others: ${others.join(', ')}` : 'goes now';
  const step = findCondition(status?.conditions, 'Deleting');
  return step ? step.message : `waits for the operator to begin (finalizer ${FINALIZER}): does it run?`;
}

/** The Event that the operator wrote as it let go: who may not read Events is told nothing, and is not held up. */
async function lastWords(cluster: ClusterDoors, one: Viewed): Promise<{ words: string; done: boolean }> {
  const { namespace, name, uid } = one.metadata;
  const events = await cluster.events({ kind: KIND, namespace, name, uid }).catch((error: unknown) => {
    if (isApiError(error)) return [];
    throw error;
  });
  const last = events.find(({ reason }) => reason !== undefined && reason in LAST_WORDS);
  if (!last?.reason) return { words: '', done: true };
  return { words: `: ${last.message}`, done: LAST_WORDS[last.reason]! };
}
