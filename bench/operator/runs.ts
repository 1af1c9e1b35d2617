import {
  API_VERSION,
  FIELD_MANAGERS,
  resourceType,
  type ConnectionStatus,
  type FeedResource,
} from '../../crds/index.ts';
import type { KubeClient } from '../../kit/kube/client.ts';
import type { KubeObject } from '../../kit/kube/objects.ts';
import type { FeedSummary } from '../../model/sync-api.ts';
import { connectionStatus } from '../../sync/status/connection-status.ts';
import { feedStatus } from '../../sync/status/feed-status.ts';

/** As many as a Feed's status shows. */
const RUNS_SHOWN = 5;
const RUN_EACH_MS = 300_000;

/**
 * Plays the pods of all connections that are there: what each would have written of its shop and its feeds after five
 * runs, in the words and by the code of the pod.
 */
export async function playRuns(client: KubeClient, now: Date): Promise<void> {
  const write = async (kind: string, { metadata: { name, namespace } }: KubeObject, status: object) => {
    const intent = { apiVersion: API_VERSION, kind, metadata: { name, namespace }, status };
    await client.applyStatus(resourceType(kind), intent, { manager: FIELD_MANAGERS.sync });
  };
  const feeds = await all<FeedResource>(client, 'Feed');
  for (const feed of feeds) await write('Feed', feed, ranStatus(feed, now));
  for (const connection of await all<KubeObject & { status?: ConnectionStatus }>(client, 'Connection'))
    await write('Connection', connection, reachedStatus(connection, now));
}

function ranStatus({ metadata, status }: FeedResource, now: Date): object {
  const run = (index: number): FeedSummary['runs'][number] => {
    const at = new Date(now.getTime() - index * RUN_EACH_MS);
    return {
      ...{ id: `${metadata.uid ?? ''}-${index}`, trigger: 'Schedule', result: 'Succeeded' },
      ...{ startedAt: at.toISOString(), finishedAt: new Date(at.getTime() + 900).toISOString() },
      ...{ read: 12, changed: index === 0 ? 3 : 0, problems: 0 },
    };
  };
  const at = now.toISOString();
  const summary: FeedSummary = {
    ...{ runs: Array.from({ length: RUNS_SHOWN }, (_, index) => run(index)), lastSuccessAt: at },
    ...{ checkpoint: { position: at, token: '12345', at }, problems: { info: 0, retry: 0, error: 0 } },
    recentProblems: [],
  };
  return feedStatus(
    {
      summary,
      outcome: { result: 'Succeeded', reason: 'Succeeded', read: 12, changed: 3, problems: 0 },
      ...{ running: false, lastSuccessAt: now, freshnessMs: 3 * RUN_EACH_MS, startedAt: now, nextAt: undefined },
      ...{ fault: undefined, waitingFor: undefined, handledRunRequest: undefined, handledSyncRequest: undefined },
      generation: metadata.generation,
    },
    status?.conditions,
    now,
  );
}

function reachedStatus({ metadata, status }: KubeObject & { status?: ConnectionStatus }, now: Date): object {
  const fine = (reason: string, message: string) => ({ status: 'True', reason, message }) as const;
  const credential = fine('Accepted', 'the store accepts the credential');
  const reachable = fine('Reachable', 'the store answers');
  const shop = { id: `shop-of-${metadata.name}`, name: `Shop ${metadata.name}`, currency: 'EUR' };
  return connectionStatus(
    {
      ...{ credential, reachable, report: { credential, reachable, shop }, hooks: { state: 'NotSupported' } },
      ...{ budget: undefined, refreshExpiresAt: undefined, skewMs: 0, checkedAt: now, handledTest: undefined },
      digest: 'd'.repeat(64),
    },
    {
      synced: fine('Synced', 'all feeds have run'),
      fresh: fine('Fresh', 'all data is younger than its age limit'),
      ...{ handledSyncRequest: undefined, changedRunsDone: true },
    },
    status,
    { now, generation: metadata.generation },
  );
}

async function all<T extends KubeObject>(client: KubeClient, kind: string): Promise<T[]> {
  const found: T[] = [];
  for (let next: string | undefined, first = true; first || next; first = false) {
    const page = await client.list<T>(resourceType(kind), { limit: 500, continue: next });
    found.push(...page.items);
    next = page.metadata.continue || undefined;
  }
  return found;
}
