import { isImport } from '../../model/feeds.ts';
import type { CanonicalRecord, OrderRecord } from '../../model/records.ts';
import type { Driver, Page, ReadRequest, UnreadableRecord } from '../contract/index.ts';
import { demand } from './demand.ts';
import { never } from './world.ts';

/** More pages than any list of the suite has rows, three times over: what goes on is a reading without end. */
const MOST_PAGES = 400;
/** Without a single record. */
const MOST_WAITS = 20;

export type Asked = Omit<ReadRequest, 'signal' | 'pageSize'> & Partial<Pick<ReadRequest, 'signal' | 'pageSize'>>;

export interface PageSeen {
  readonly resume: string;
  readonly end: boolean;
  readonly total: number | undefined;
  readonly records: readonly CanonicalRecord[];
}

export interface Reading {
  readonly pages: readonly PageSeen[];
  readonly records: readonly CanonicalRecord[];
  readonly unreadable: readonly UnreadableRecord[];
}

/** Reads to the end, or until `stop` says so after a page. */
export async function readAll(
  driver: Driver,
  asked: Asked,
  stop: (pages: number) => boolean | Promise<boolean> = () => false,
): Promise<Reading> {
  const pages: PageSeen[] = [];
  const unreadable: UnreadableRecord[] = [];
  for await (const { records, resume, end, total, unreadable: bad } of patiently(driver, asked)) {
    demand(pages.at(-1)?.end !== true, `${asked.feed}: a page comes after the one that is said to be the last`);
    demand(typeof resume === 'string', `${asked.feed}: a page has no resume`);
    pages.push({ resume, end, total, records });
    unreadable.push(...(bad ?? []));
    demand(pages.length <= MOST_PAGES, `${asked.feed}: more than ${MOST_PAGES} pages, and no end`);
    if (await stop(pages.length)) return { pages, unreadable, records: pages.flatMap((page) => page.records) };
  }
  demand(pages.at(-1)?.end === true, `${asked.feed}: the pages stop and none is said to be the last`);
  return { pages, unreadable, records: pages.flatMap((page) => page.records) };
}

/** As the engine reads: who asks to come again is asked again, with the last place. */
async function* patiently(driver: Driver, asked: Asked): AsyncGenerator<Page> {
  let { resume } = asked;
  for (let times = 0; ; times++) {
    demand(times <= MOST_WAITS, `${asked.feed}: asks ${MOST_WAITS} times to come again, and has nothing`);
    let again: Page | undefined;
    for await (const page of driver.read({ pageSize: 100, signal: never(), ...asked, resume })) {
      demand(again === undefined, `${asked.feed}: a page comes after the one that asks to come again`);
      demandAcks(driver, asked, page);
      if (page.againMs !== undefined) again = page;
      if (page.records.length > 0) times = 0;
      yield page;
    }
    if (!again) return;
    demand(asked.ids === undefined, `${asked.feed}: named records are asked for, and it asks to come again`);
    demand(!again.end && again.againMs! > 0, `${asked.feed}: asks to come again, and that is the end, or at once`);
    resume = again.resume;
  }
}

function demandAcks(driver: Driver, { feed }: Asked, { acks, records, unreadable = [] }: Page): void {
  if (acks === undefined) return;
  const source = isImport(feed) ? driver.feeds[feed] : undefined;
  demand(source?.acknowledge !== undefined, `${feed}: a page has acks, and the feed has no acknowledge`);
  const there = new Set([...records.map(idOf), ...unreadable.map(({ recordId }) => recordId)]);
  const other = [...acks.keys()].find((id) => !there.has(id));
  demand(other === undefined, `${feed}: a page would acknowledge ${other}, which is not in it`);
}

/** Reads to the end, where nothing may be unreadable. */
export async function readGood(driver: Driver, asked: Asked): Promise<readonly CanonicalRecord[]> {
  const { records, unreadable } = await readAll(driver, asked);
  demand(
    unreadable.length === 0,
    () => `${asked.feed}: ${unreadable[0]!.recordId} is called unreadable and is not: ${unreadable[0]!.message}`,
  );
  return records;
}

/** The newest self of each record, as the hub keeps it. */
export function byId(records: readonly CanonicalRecord[]): Map<string, CanonicalRecord> {
  return new Map(records.map((record) => [idOf(record), record]));
}

export function idOf(record: CanonicalRecord): string {
  if ('id' in record) return record.id;
  return record.kind === 'stock'
    ? `${record.variantId}@${record.locationId}`
    : `${record.variantId}@${record.supplierId}`;
}

export const ordersOf = (records: readonly CanonicalRecord[]): OrderRecord[] =>
  records.filter((record) => record.kind === 'order');

/** Demands that each of `wanted` was given, and nothing that is not in `allowed`. */
export function demandAll(
  given: readonly CanonicalRecord[],
  wanted: readonly string[],
  allowed: readonly string[],
  when: string,
): void {
  const there = new Set(given.map(idOf));
  const missing = wanted.filter((id) => !there.has(id));
  demand(missing.length === 0, `${when}: ${missing.length} of ${wanted.length} are left out, ${missing[0]} among them`);
  const known = new Set(allowed);
  const more = [...there].filter((id) => !known.has(id));
  demand(more.length === 0, `${when}: ${more.length} are given that should not be, ${more[0]} among them`);
}
