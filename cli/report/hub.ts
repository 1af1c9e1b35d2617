import { z } from 'zod';
import { groupView } from '../../model/rest/problems.ts';
import { runView } from '../../model/rest/runs.ts';
import { hubApi, queryOf } from '../hub-api.ts';
import { idOf } from '../scope.ts';
import type { Viewed } from '../status-view.ts';
import type { StoreOptions, Target } from '../target.ts';
import type { Sink } from './sink.ts';
import type { Subject } from './subject.ts';

const MOST_RUNS = 1000;

/** Of the groups: no sample, which names a record and says what is wrong with it. */
const group = z.object({ items: z.array(groupView.omit({ sample: true })) });
/** Of a run: what its feed did. */
const run = runView.omit({ repeatsSince: true });

const WHAT = 'problems by reason and runs, as the hub has them';

/**
 * Open problems by reason, and the newest runs. On a cluster the developer API key is in a Secret, and a report reads
 * none: the hub is asked where whoever runs it gives the key.
 */
export async function reportHub(
  target: Target,
  subject: Subject,
  resources: readonly Viewed[],
  keyGiven: boolean,
  sink: Sink,
): Promise<void> {
  if (target.cluster && !keyGiven)
    return sink.miss(WHAT, 'a report reads no Secret; set SUPERCARGO_API_KEY to the developer API key of the Store');
  // With a key, the Stores that it opens are meant.
  const stores: (StoreOptions | undefined)[] = target.cluster
    ? [undefined]
    : resources
        .filter(({ kind }) => kind === 'Store')
        .map(({ metadata: { namespace, name } }) => ({ namespace, store: name }));
  for (const store of stores) await ofStore(target, subject, store, sink);
}

async function ofStore(
  target: Target,
  { namespace, connection }: Subject,
  store: StoreOptions | undefined,
  sink: Sink,
): Promise<void> {
  const folder = ['hub', ...(store?.store === undefined ? [] : [`${store.namespace}.${store.store}`])];
  const right = "reach the hub (get and create pods/portforward in the chart's namespace, or SUPERCARGO_HUB_URL)";
  const hub = await sink.attempt(WHAT, right, () => hubApi(target, store ?? {}));
  if (!hub) return;
  await sink.attempt('problems by reason', right, async () => {
    const { items } = await hub.get(group, '/problems?group=reason');
    await sink.add([...folder, 'problems.json'], 'open problems of the Store by reason; no record, no payload', {
      json: items,
    });
  });
  const of = connection && (connection.resource ? idOf(connection.resource) : `${namespace}/${connection.name}`);
  await sink.attempt('runs', right, async () => {
    const items = await hub.list(run, `/runs${queryOf({ connection: of })}`, MOST_RUNS);
    await sink.add([...folder, 'runs.json'], `${items.length} runs, newest first`, { json: items });
  });
}
