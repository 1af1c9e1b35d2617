import { EXPORT_TYPES } from '../../model/feeds.ts';
import { podNamespaceOf } from '../connection-choice.ts';
import { settled } from '../settled.ts';
import type { Viewed } from '../status-view.ts';
import { age } from '../table.ts';
import type { Check } from './check.ts';

/** What connection and feeds say of themselves, in the order in which one thing needs the other. Pure. */
export function ownChecks(connection: Viewed, feeds: readonly Viewed[], now: Date): Check[] {
  return [
    switchedOn(connection),
    licence(connection),
    credential(connection),
    shop(connection, now),
    imports(connection),
    writers(feeds),
    ready(connection),
  ];
}

/** As a person writes it in a command. */
export const written = ({ kind, metadata, spec }: Viewed): string =>
  kind === 'Connection'
    ? `${metadata.name} -n ${podNamespaceOf({ metadata, spec })}`
    : `clusterconnection/${metadata.name}`;

const describeIt = (connection: Viewed): string => `"supercargo describe ${written(connection)}" has the rest`;

function switchedOn(connection: Viewed): Check {
  const what = 'switched on';
  if (connection.metadata.deletionTimestamp !== undefined)
    return { what, verdict: 'stop', found: 'it is being deleted', next: 'create it anew' };
  if (connection.spec['enabled'] === false)
    return {
      ...{ what, verdict: 'stop', found: 'spec.enabled is false' },
      next: `switch it on first, in Test mode: supercargo enable ${written(connection)}`,
    };
  return { what, verdict: 'ok', found: 'yes' };
}

function licence(connection: Viewed): Check {
  const what = 'licence';
  const licensed = settled(connection, 'Licensed');
  if (!licensed) return notSaid(what, connection);
  const until = connection.status?.['licenseGraceUntil'];
  const found = `${licensed.reason}: ${licensed.message}`;
  if (licensed.status === 'True') return { what, verdict: licensed.reason === 'GracePeriod' ? 'look' : 'ok', found };
  if (typeof until === 'string') return { what, verdict: 'look', found: `it stops ${until}: ${found}` };
  // Where no License is required, it runs all the same.
  if (settled(connection, 'Ready')?.reason !== licensed.reason) return { what, verdict: 'look', found };
  return { what, verdict: 'stop', found, next: 'give its Store a seat: supercargo licenses' };
}

function credential(connection: Viewed): Check {
  const what = 'credential';
  const valid = settled(connection, 'CredentialValid');
  if (!valid) return notSaid(what, connection);
  if (valid.status === 'True')
    return valid.reason === 'ExpiresSoon'
      ? { what, verdict: 'look', found: valid.message }
      : { what, verdict: 'ok', found: 'the shop takes it' };
  return { what, verdict: 'stop', found: `${valid.reason}: ${valid.message}`, next: describeIt(connection) };
}

function shop(connection: Viewed, now: Date): Check {
  const what = 'shop';
  const reachable = settled(connection, 'Reachable');
  if (!reachable) return notSaid(what, connection);
  if (reachable.status !== 'True')
    return {
      ...{ what, verdict: 'stop', found: `${reachable.reason}: ${reachable.message}` },
      next: `mend the way to the shop, then: supercargo test ${written(connection)}`,
    };
  const { name, id } = (connection.status?.['shop'] ?? {}) as { name?: string; id?: string };
  const checked = connection.status?.['lastCheckedAt'];
  const answered = typeof checked === 'string' ? `, answered ${age(checked, now)} ago` : ', answers';
  return { what, verdict: 'ok', found: `${name ?? 'it'}${id === undefined ? '' : ` (id ${id})`}${answered}` };
}

function imports(connection: Viewed): Check {
  const what = 'first imports';
  const synced = settled(connection, 'Synced');
  if (!synced) return notSaid(what, connection);
  if (synced.status === 'True') return { what, verdict: 'ok', found: 'each feed has run through once' };
  if (synced.reason === 'NoFeeds') return { what, verdict: 'look', found: 'no Feed names it: no data moves' };
  return {
    ...{ what, verdict: 'stop', found: `${synced.reason}: ${synced.message}` },
    next: `wait until they are done; ${describeIt(connection)}`,
  };
}

/** Live is for them: where there are none, or they rest, a person may have meant something else. */
function writers(feeds: readonly Viewed[]): Check {
  const what = 'feeds that write';
  const all = feeds.filter(({ spec }) => EXPORT_TYPES.some((type) => type === spec['type']));
  const names = (some: readonly Viewed[]) => some.map(({ metadata }) => metadata.name).join(', ');
  if (all.length === 0)
    return { what, verdict: 'look', found: 'none: nothing is sent to the shop but webhooks to register' };
  const resting = all.filter(({ spec }) => spec['suspend'] === true);
  if (resting.length > 0)
    return { what, verdict: 'look', found: `${names(all)}; suspended, and sends nothing: ${names(resting)}` };
  return { what, verdict: 'ok', found: names(all) };
}

function ready(connection: Viewed): Check {
  const what = 'Ready';
  const said = settled(connection, 'Ready');
  if (!said) return notSaid(what, connection);
  if (said.status === 'True') return { what, verdict: 'ok', found: said.message || said.reason };
  return { what, verdict: 'stop', found: `${said.reason}: ${said.message}`, next: describeIt(connection) };
}

const notSaid = (what: string, connection: Viewed): Check => ({
  ...{ what, verdict: 'stop', found: 'nothing has been said of the newest spec yet' },
  next: `try again in a moment; if it lasts, ${describeIt(connection)}`,
});
