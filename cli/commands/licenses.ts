import { findCondition, type Condition } from '../../kit/conditions.ts';
import { idOf, namespaceOf, type Scope } from '../scope.ts';
import type { Viewed } from '../status-view.ts';
import { formatTable } from '../table.ts';
import type { Target } from '../target.ts';

interface Seat {
  readonly namespace: string;
  readonly name: string;
  readonly since: string;
  readonly seated: boolean;
  readonly reason?: string;
}

/**
 * `supercargo licenses`: each License with its seats and end, then each Store that has connections or is named in one:
 * who has a seat, and what becomes of who has none. Before a License is required it is the answer to who would stop.
 */
export async function showLicenses(target: Target, scope: Scope, now: Date): Promise<string> {
  const namespace = namespaceOf(target, scope);
  const [licenses, connections, wide] = await Promise.all([
    target.list('License', undefined, undefined),
    target.list('Connection', namespace, undefined),
    target.list('ClusterConnection', undefined, undefined),
  ]);
  const seen = (store: string) => namespace === undefined || store.startsWith(`${namespace}/`);
  const users = Map.groupBy([...connections, ...wide], storeOf);
  const seats = seatsOf(licenses);
  const stores = [...new Set([...users.keys(), ...seats.keys()])].filter(seen).sort();
  const head = licenses.length === 0 ? ['there is no License'] : licenses.map((license) => inWords(license, now));
  if (stores.length === 0) return head.join('\n');
  const rows = stores.flatMap((store) => {
    const of = users.get(store) ?? [];
    const held = seats.get(store) ?? [undefined];
    return held.map((seat) => [
      store,
      seat?.license ?? '-',
      seat === undefined ? 'no' : seat.seated ? 'yes' : `no: ${seat.reason ?? ''}`,
      seat?.since ?? '',
      String(of.length),
      outcomes(of),
    ]);
  });
  return [...head, '', formatTable(['STORE', 'LICENSE', 'SEAT', 'SINCE', 'CONNECTIONS', 'THEY'], rows)].join('\n');
}

function inWords({ metadata, spec, status }: Viewed, now: Date): string {
  const end = spec['notAfter'] as string | undefined;
  const until = end === undefined ? 'without an end' : `${Date.parse(end) < now.getTime() ? 'ended' : 'until'} ${end}`;
  const ready = findCondition(status?.conditions, 'Ready');
  const trouble = ready && ready.reason !== 'Valid' ? `, ${ready.reason}` : '';
  return `License ${metadata.name} (${String(spec['plan'])}): ${Number(status?.['seatsUsed'] ?? 0)} of ${String(spec['seats'])} seats taken, ${until}${trouble}`;
}

/** Seats by "namespace/name" of their Store, each with its License. */
function seatsOf(licenses: readonly Viewed[]): Map<string, (Seat & { readonly license: string })[]> {
  const seats = licenses.flatMap(({ metadata, status }) =>
    ((status?.['stores'] ?? []) as readonly Seat[]).map((seat) => ({ ...seat, license: metadata.name })),
  );
  return Map.groupBy(seats, ({ namespace, name }) => `${namespace}/${name}`);
}

function storeOf(connection: Viewed): string {
  const { storeRef, namespace } = connection.spec as { storeRef: { name: string }; namespace?: string };
  return `${connection.metadata.namespace ?? namespace ?? ''}/${storeRef.name}`;
}

/** What becomes of connections, in one word each, or with their name where they differ. */
function outcomes(connections: readonly Viewed[]): string {
  const said = connections.map((one) => ({ name: idOf(one).split('/').at(-1)!, word: outcome(one) }));
  const words = new Set(said.map(({ word }) => word));
  return words.size <= 1 ? [...words].join('') : said.map(({ name, word }) => `${name}: ${word}`).join('; ');
}

function outcome({ status }: Viewed): string {
  const { conditions } = status ?? {};
  const licensed: Condition | undefined = findCondition(conditions, 'Licensed');
  if (!licensed) return 'are not judged yet';
  if (licensed.status === 'True') {
    const until = status?.['licenseGraceUntil'] as string | undefined;
    return licensed.reason === 'GracePeriod' ? `run on${until ? ` until ${until}` : ' in the grace period'}` : 'run';
  }
  const stopped = findCondition(conditions, 'Ready')?.reason === licensed.reason;
  return stopped ? `do not run (${licensed.reason})` : `would stop if a License were required (${licensed.reason})`;
}
