import { isTheirs } from '../../crds/index.ts';
import { keyOf, objectKey, type Key } from '../../kit/kube/objects.ts';
import { connectionOfChild, type Caches } from '../caches.ts';
import type { AnyConnection, DeploymentView } from '../resources.ts';
import type { RolloutBook } from '../waves/book.ts';
import type { Member } from '../waves/decide.ts';
import { healthOf } from '../waves/health.ts';
import { markOf } from '../waves/mark.ts';

/** What a look at all Deployments finds. */
export interface RolloutView {
  readonly members: readonly Member[];
  /** Who is in the book and has nothing to wait for: its pod is stopped, it is as it should be, or it is going. */
  readonly over: readonly Key[];
  /** When the next one will be late. */
  readonly nextLateInMs?: number;
}

type Sources = Pick<Caches, 'connections' | 'clusterConnections' | 'deployments'>;

/** Reads every Deployment of this installation: once for a roll-out as a whole, never for each connection. */
export function gatherRollout(
  caches: Sources,
  { book, installation, now }: { book: RolloutBook; installation: string; now: Date },
): RolloutView {
  const members: Member[] = [];
  const waits: number[] = [];
  for (const deployment of caches.deployments.values()) {
    const connection = connectionOf(caches, deployment);
    if (deployment.spec.replicas !== 1 || !connection || connection.metadata.deletionTimestamp) continue;
    if (isTheirs(connection, installation)) continue;
    const { lateInMs, ...health } = healthOf(deployment, now);
    const { revision } = markOf(deployment);
    const id = keyOf(deployment);
    const waiter = book.waiter(id);
    const waiting = waiter && waiter.revision !== revision ? waiter : undefined;
    members.push({
      ...{ id, revision, ...health, granted: waiting?.grant !== undefined },
      ...(waiting ? { wants: waiting.revision } : {}),
    });
    if (lateInMs !== undefined) waits.push(lateInMs);
  }
  const wanting = new Set(members.flatMap(({ id, wants }) => (wants === undefined ? [] : [id])));
  return {
    members,
    over: book.keys().filter((key) => !wanting.has(key)),
    ...(waits.length > 0 ? { nextLateInMs: Math.min(...waits) } : {}),
  };
}

/** The connection that a Deployment was made for, while it is there. */
export function connectionOf(caches: Sources, deployment: DeploymentView): AnyConnection | undefined {
  const key = connectionOfChild(deployment);
  if (!key) return undefined;
  return key.kind === 'ClusterConnection'
    ? caches.clusterConnections.get(key.name)
    : caches.connections.get(objectKey(key.namespace, key.name));
}
