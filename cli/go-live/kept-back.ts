import type { Report } from '../../model/rest/go-live.ts';
import type { Check } from './check.ts';

/** The hub's report of what would be sent, or why there is none. */
export type Seen = { readonly report: Report } | { readonly why: string };

/** What Test mode kept back, what is in its way, and what a brake would hold. `command` has all of it. Pure. */
export function keptBackChecks(seen: Seen, command: string): Check[] {
  if ('why' in seen)
    return [
      {
        ...{ what: 'kept back', verdict: 'stop', accept: 'unseen', found: `not known: ${seen.why}` },
        next: `see that "${command}" shows it: it is sent when the connection goes live`,
      },
    ];
  const { report } = seen;
  return [
    keptBack(report, command),
    ...locations(report),
    parcels(report, command),
    problems(report),
    brakes(report, command),
  ];
}

function keptBack({ stock, prices }: Report, command: string): Check {
  const what = 'kept back';
  const { changes, toZero, biggest } = stock;
  const [first] = biggest;
  const parts = [
    ...(changes > 0
      ? [
          `${count(changes, 'stock level')}, ${toZero} of them to zero${first ? ` (the biggest change: ${first.sku} from ${first.before ?? '?'} to ${first.after})` : ''}`,
        ]
      : []),
    ...(prices.changes > 0 ? [count(prices.changes, 'price')] : []),
  ];
  if (parts.length === 0) return { what, verdict: 'ok', found: 'no stock level and no price' };
  return { what, verdict: 'look', found: `sent when it goes live: ${parts.join('; ')}. All of it: ${command}` };
}

/** Nothing is written to a wrong place: the levels wait, which nobody would notice. */
function locations({ locations: { unknown, known } }: Report): Check[] {
  const what = 'locations';
  if (known.length === 0) return [];
  if (unknown.length === 0) return [{ what, verdict: 'ok', found: 'each warehouse fills one that the shop has' }];
  const those = unknown.map(({ warehouse, location }) => `${warehouse} fills "${location}"`).join(', ');
  const has = known.map(({ id, name }) => (name === null || name === id ? `"${id}"` : `"${id}" (${name})`)).join(', ');
  return [
    {
      ...{ what, verdict: 'look' },
      found: `no shop of the Store has what a warehouse fills, so its levels wait: ${those}. The shop has ${has}: put one into spec.warehouses of the Store`,
    },
  ];
}

/** They cannot be taken back: the shop tells its customers. */
function parcels({ shipments }: Report, command: string): Check {
  const what = 'parcels';
  if (shipments === 0) return { what, verdict: 'ok', found: 'none waits' };
  return {
    ...{ what, verdict: 'stop', accept: 'parcels' },
    found: `${count(shipments, 'parcel')} reported in Test mode would be told to the shop`,
    next: `look at the held requests (GET /api/v1/held; "${command}" counts them): if one must not reach the shop, this connection must not go live: delete it with deletionPolicy Delete, and create it anew`,
  };
}

function problems({ problems: open }: Report): Check {
  const what = 'open problems';
  if (open.length === 0) return { what, verdict: 'ok', found: 'none of severity Error' };
  const shown = open.slice(0, 3).map(({ reason, count: times, sample }) => `${times} x ${reason} (${sample})`);
  return {
    ...{ what, verdict: 'stop', accept: 'problems' },
    found: `${shown.join('; ')}${open.length > 3 ? `; and ${open.length - 3} more reasons` : ''}`,
    next: 'mend them; "supercargo errors" says how, reason by reason',
  };
}

function brakes({ brakes: held }: Report, command: string): Check {
  const what = 'brakes';
  if (held.length === 0) return { what, verdict: 'ok', found: 'would hold nothing' };
  return {
    ...{ what, verdict: 'stop', accept: 'brakes' },
    found: held.map(({ feed, summary }) => `would hold ${feed}: ${summary}`).join('; '),
    next: `look whether these changes are meant: ${command}`,
  };
}

const count = (many: number, what: string): string => `${many} ${what}${many === 1 ? '' : 's'}`;
