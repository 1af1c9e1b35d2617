import { DriverError } from '../contract/index.ts';
import type { XmlElement } from '../toolkit/bodies/xml.ts';
import { seeAlive, shownWith, type Broken, type Shown } from './broken-rows.ts';
import type { PrestaClient, Query } from './client.ts';
import { BrokeDown } from './errors.ts';
import { field } from './fields.ts';

/** A place in a list. */
export interface Row {
  readonly id: string;
  /** Of a list by time: when it was changed, as the list was ordered. */
  readonly changed: string;
  /** Absent: the shop cannot show it (`broken`), or it went while the page was read. */
  readonly shown?: XmlElement;
  readonly broken?: Broken;
}

/** Of records that cannot be shown in full this mostly can: what the shop works out for them is left out. */
export const BARE = '[id,date_upd,reference]';

/** One page of a list in full. Where the shop breaks down at it, all but the records at fault. */
export async function pageOf(
  client: PrestaClient,
  resource: string,
  { query, bare: display }: { readonly query: Query; readonly bare: string },
  signal: AbortSignal,
): Promise<readonly Row[]> {
  const rowOf = (row: XmlElement): Row => ({ id: field(row, 'id'), changed: field(row, 'date_upd') });
  try {
    return (await client.list(resource, query, signal)).map((row) => ({ ...rowOf(row), shown: row }));
  } catch (error) {
    if (!(error instanceof BrokeDown)) throw error;
    await seeAlive(client, { resource, query }, error, signal);
    const bare = await bareList(client, resource, { ...query, display }, error, signal);
    const asked = { resource, name: 'id', query: { language: query['language'], display: query['display'] } };
    const ids = bare.map((row) => field(row, 'id'));
    const found = await shownWith(client, asked, ids, signal, true);
    const byId = new Map(found.rows.map((row) => [field(row, 'id'), row] as const));
    const broken = new Map(brokenOf(found, bare).map((each) => [each.id, each] as const));
    return bare.map(rowOf).map((row) => ({ ...row, shown: byId.get(row.id), broken: broken.get(row.id) }));
  }
}

/** A page of which the shop, which is alive, cannot even list the numbers. */
export class Hidden extends DriverError {}

async function bareList(client: PrestaClient, resource: string, query: Query, error: BrokeDown, signal: AbortSignal) {
  try {
    return await client.list(resource, query, signal);
  } catch (another) {
    if (another instanceof BrokeDown) throw new Hidden(error.details);
    throw another;
  }
}

/** With what could be had of them. */
export function brokenOf({ broken }: Shown, bare: readonly XmlElement[]): Broken[] {
  const byId = new Map(bare.map((row) => [field(row, 'id'), row] as const));
  return [...broken].map(([id, error]) => ({ id, error, bare: byId.get(id) }));
}

/** What the shop says of records that it cannot show in full; nothing where it fails at that, too. */
export async function bareOf(
  client: PrestaClient,
  resource: string,
  { broken }: Shown,
  signal: AbortSignal,
): Promise<readonly XmlElement[]> {
  if (broken.size === 0) return [];
  try {
    const query = { display: BARE, 'filter[id]': `[${[...broken.keys()].join('|')}]` };
    return await client.list(resource, query, signal);
  } catch (error) {
    if (!(error instanceof BrokeDown)) throw error;
    return [];
  }
}
