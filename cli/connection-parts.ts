import { LABELS } from '../crds/index.ts';
import type { PodView } from '../kit/kube/builtin.ts';
import { isApiError } from '../kit/kube/errors.ts';
import type { ClusterDoors } from './cluster-doors.ts';
import type { Viewed } from './status-view.ts';
import type { Target } from './target.ts';

/** The Feeds of a connection of a namespace. */
export async function feedsOf(target: Target, { metadata }: Viewed): Promise<Viewed[]> {
  const feeds = await target.list('Feed', metadata.namespace, undefined);
  return feeds.filter(({ spec, metadata: { namespace } }) => {
    const { kind = 'Connection', name } = (spec['connectionRef'] ?? {}) as { kind?: string; name?: string };
    return kind === 'Connection' && name === metadata.name && namespace === metadata.namespace;
  });
}

/** The sync pods of a connection of a namespace, the newest first; of one that is rolled there may be two. */
export async function podsOf(cluster: ClusterDoors, { metadata }: Viewed): Promise<PodView[]> {
  const { namespace = '', name } = metadata;
  const selector = `app.kubernetes.io/name=supercargo-sync,${LABELS.connection}=${name},${LABELS.connectionKind}=Connection`;
  const pods = await cluster.pods(namespace, selector);
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
