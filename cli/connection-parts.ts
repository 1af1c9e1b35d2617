import { LABELS } from '../crds/index.ts';
import type { PodView } from '../kit/kube/builtin.ts';
import { isApiError } from '../kit/kube/errors.ts';
import type { ClusterDoors } from './cluster-doors.ts';
import { podNamespaceOf } from './connection-choice.ts';
import type { Viewed } from './status-view.ts';
import type { Target } from './target.ts';

/** The Feeds of a connection: they are where its pod is. */
export async function feedsOf(target: Target, connection: Viewed): Promise<Viewed[]> {
  const where = podNamespaceOf(connection);
  const feeds = await target.list('Feed', where, undefined);
  return feeds.filter(({ spec, metadata: { namespace } }) => {
    const { kind = 'Connection', name } = (spec['connectionRef'] ?? {}) as { kind?: string; name?: string };
    return kind === connection.kind && name === connection.metadata.name && namespace === where;
  });
}

/** The sync pods of a connection, the newest first; of one that is rolled there may be two. */
export async function podsOf(cluster: ClusterDoors, connection: Viewed): Promise<PodView[]> {
  const { kind, metadata } = connection;
  const selector = `app.kubernetes.io/name=supercargo-sync,${LABELS.connection}=${metadata.name},${LABELS.connectionKind}=${kind}`;
  const pods = await cluster.pods(podNamespaceOf(connection), selector);
  return pods.toSorted((a, b) => born(b) - born(a));
}

const born = ({ metadata }: PodView): number => Date.parse(metadata.creationTimestamp ?? '') || 0;

/** What it asks for; where this may not be read, undefined. */
export async function ifAllowed<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isApiError(error, 'Forbidden')) return undefined;
    throw error;
  }
}
