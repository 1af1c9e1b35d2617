import type { CensusWindow, ImportSource, UnreadableRecord } from '../../drivers/contract/index.ts';
import type { BatchProblem } from '../../model/batch.ts';
import { FEEDS, isCounted, type CountedType, type ImportType } from '../../model/feeds.ts';
import type { CanonicalRecord } from '../../model/records.ts';
import type { HubClient } from '../hub-client.ts';
import { EndlessGuard } from './endless.ts';

const DAY_MS = 24 * 3_600_000;
/** How far back: what went missing longer ago is found by a full compare or a back-fill. */
export const CENSUS_DAYS = 30;
/** A record just born may not be in the platform's lists yet. */
const SETTLE_MS = 10 * 60_000;
/** Up to so many records ids are compared; more are believed to be the same when their count is: ids are many pages. */
const COMPARED_UP_TO = 250;
const FETCH = 100;
/** Problems in one batch; the hub takes two thousand. */
const TOLD = 1000;

/** How far the check goes; absent: as in production. */
export interface CensusExtent {
  readonly days?: number;
  /** Up to so many records of all the days are compared at once, not day by day. */
  readonly atOnceUpTo?: number;
}

export interface CensusPorts extends CensusExtent {
  readonly hub: Pick<HubClient, 'censusCounts' | 'censusIds'>;
  readonly post: (
    records: readonly CanonicalRecord[],
    unreadable: readonly UnreadableRecord[],
    problems: readonly BatchProblem[],
  ) => Promise<void>;
  readonly signal: AbortSignal;
  /** Orders placed before are not read. */
  readonly earliestOrder?: Date;
}

export interface CensusResult {
  readonly days: number;
  /** Records that one side has alone. */
  readonly differing: number;
  /** At the store and not here: fetched. */
  readonly fetched: number;
  /** Here and not at the store any more. */
  readonly gone: number;
}

/** A feed that has a completeness check, at a store that can count. */
export interface CountedSource {
  readonly feed: CountedType;
  readonly source: ImportSource & Required<Pick<ImportSource, 'count' | 'ids'>>;
}

/** undefined: there is nothing to check it by. */
export function countedSource(feed: ImportType, source: ImportSource): CountedSource | undefined {
  const { count, ids } = source;
  return isCounted(feed) && count && ids ? { feed, source: { ...source, count, ids } } : undefined;
}

/** Once a day. */
export function censusIsDue(lastAt: string | undefined, storeNow: Date): boolean {
  return lastAt === undefined || storeNow.getTime() - Date.parse(lastAt) >= DAY_MS;
}

/**
 * The completeness check (docs/guarantees.md): ids of what a small store has in all, else the store's own counts by day
 * against the hub's, and ids where they differ or are few; what is missing is fetched by id, what is extra is named.
 * Found here or not, each is a problem of severity Info with its id, so that nobody has to trust a sum.
 */
export async function runCensus(counted: CountedSource, storeNow: Date, ports: CensusPorts): Promise<CensusResult> {
  const { feed } = counted;
  const days = censusWindows(storeNow, ports.days, FEEDS[feed].class === 'orders' ? ports.earliestOrder : undefined);
  const result = { days: days.length, differing: 0, fetched: 0, gone: 0 };
  for (const window of await windowsToCompare(counted, days, ports)) {
    ports.signal.throwIfAborted();
    const { missing, extra } = await compare(counted, window, ports);
    result.differing += missing.length + extra.length;
    result.fetched += await fetchMissing(counted, missing, ports);
    result.gone += extra.length;
    for (let start = 0; start < extra.length; start += TOLD)
      await ports.post(
        [],
        [],
        extra.slice(start, start + TOLD).map((id) => goneProblem(feed, id)),
      );
  }
  return result;
}

/** Where ids must be compared. Most stores are small: one question for all their days spares them sixty. */
async function windowsToCompare(
  { feed, source }: CountedSource,
  days: readonly CensusWindow[],
  { hub, signal, atOnceUpTo = COMPARED_UP_TO }: CensusPorts,
): Promise<CensusWindow[]> {
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) return [];
  const whole = { from: first.from, to: last.to };
  if (days.length > 1 && (await source.count(whole, signal)) <= atOnceUpTo) return [whole];
  const ours = await hub.censusCounts(feed, days);
  const found: CensusWindow[] = [];
  for (const [index, day] of days.entries()) {
    signal.throwIfAborted();
    const theirs = await source.count(day, signal);
    // Equal counts prove nothing where one record is missing and another was deleted: a small day is compared anyway.
    if (theirs !== ours[index] || (theirs > 0 && theirs <= COMPARED_UP_TO)) found.push(day);
  }
  return found;
}

/**
 * Whole days in UTC, the newest cut off where records may still be settling, the oldest where records begin to be of
 * use.
 */
export function censusWindows(storeNow: Date, days = CENSUS_DAYS, earliest?: Date): CensusWindow[] {
  const end = storeNow.getTime() - SETTLE_MS;
  const today = Math.floor(end / DAY_MS) * DAY_MS;
  return Array.from({ length: days }, (_, index) => {
    const from = today - (days - 1 - index) * DAY_MS;
    return {
      from: new Date(Math.max(from, earliest?.getTime() ?? from)).toISOString(),
      to: new Date(Math.min(from + DAY_MS, end)).toISOString(),
    };
  }).filter(({ from, to }) => from < to);
}

async function compare(
  { feed, source }: CountedSource,
  window: CensusWindow,
  ports: CensusPorts,
): Promise<{ missing: string[]; extra: string[] }> {
  const ours = await ourIds(feed, window, ports);
  const missing: string[] = [];
  for await (const ids of source.ids(window, ports.signal)) {
    for (const id of ids) if (!ours.delete(id)) missing.push(id);
  }
  return { missing, extra: [...ours] };
}

/** Of one day: small beside a page of records. */
async function ourIds(feed: CountedType, window: CensusWindow, ports: CensusPorts): Promise<Set<string>> {
  const all = new Set<string>();
  for (let after = ''; ;) {
    const ids = await ports.hub.censusIds(feed, window, after);
    for (const id of ids) all.add(id);
    const last = ids.at(-1);
    if (last === undefined) return all;
    after = last;
  }
}

async function fetchMissing(
  { feed, source }: CountedSource,
  missing: readonly string[],
  ports: CensusPorts,
): Promise<number> {
  let fetched = 0;
  for (let start = 0; start < missing.length; start += FETCH) {
    const ids = missing.slice(start, start + FETCH);
    const guard = new EndlessGuard();
    for await (const page of source.read({ feed, ids, pageSize: FETCH, signal: ports.signal })) {
      guard.pass(page, ids.length);
      fetched += page.records.length;
      await ports.post(
        page.records,
        page.unreadable ?? [],
        page.records.flatMap((record) => ('id' in record ? [foundProblem(feed, record.id)] : [])),
      );
    }
  }
  return fetched;
}

function foundProblem(feed: CountedType, id: string): BatchProblem {
  return {
    severity: 'Info',
    reason: 'FoundByCompletenessCheck',
    record: id,
    message: `this ${FEEDS[feed].completeness} was missing from the hub and has been fetched. No action is needed; report it if it happens often`,
  };
}

function goneProblem(feed: CountedType, id: string): BatchProblem {
  return {
    severity: 'Info',
    reason: 'GoneAtStore',
    record: id,
    message: `the store does not list this ${FEEDS[feed].completeness} any more: it was deleted there; the hub keeps what it has`,
  };
}
