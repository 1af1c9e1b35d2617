import { z } from 'zod';
import { retry } from '../contract/index.ts';
import type { Operation, VendureClient } from './client.ts';
import { advance, type Position } from './cursor.ts';
import { expectPayload } from './payload.ts';
import { salvage, type Lost } from './salvage.ts';
import { SHOP_FIELDS, shopFacts, type ShopFacts } from './shop.ts';

/** A paginated list of Vendure and how we walk along it. */
export interface List {
  /** The query's field. */
  readonly name: 'orders' | 'products' | 'productVariants' | 'facets' | 'productOptionGroups' | 'stockLocations' | 'shippingMethods';
  /** Input type of its options. */
  readonly options: string;
  /** What to select of an item, beside its id and time. */
  readonly fields: string;
  /** The time that it is ordered by. */
  readonly time: 'createdAt' | 'updatedAt' | 'orderPlacedAt';
  readonly filter?: Readonly<Record<string, unknown>>;
}

export interface Slice {
  readonly items: readonly unknown[];
  /** How many match in all. */
  readonly total: number;
  readonly shop: ShopFacts;
  /** Rows that the store itself cannot show. */
  readonly lost: readonly Lost[];
}

export interface Window extends Slice {
  /** Where to go on. */
  readonly next: Position;
  readonly end: boolean;
}

const slice = z.object({ list: z.object({ totalItems: z.int(), items: z.array(z.unknown()) }), shop: shopFacts });
const row = z.object({ id: z.string() });

/** The rows after a position, at most `take`. */
export async function readWindow(client: VendureClient, list: List, from: Position, take: number, until: string | undefined, signal: AbortSignal): Promise<Window> {
  const time = { after: from.after, ...(until === undefined ? {} : { before: until }) };
  // No sort by id beside the time: GraphQL puts the keys of an input in the schema's order, and there id comes first.
  const options = { sort: { [list.time]: 'ASC' }, filter: { ...list.filter, [list.time]: time } };
  const found = await readSlice(client, list, options, from.skip, take, signal);
  const seen = [...found.items, ...found.lost].length;
  const next = advance(from, timesOf(list, found));
  return { ...found, total: found.total - from.skip + from.read, next, end: from.skip + seen >= found.total };
}

/** The rows with these ids; ids that the store does not have are left out. */
export async function readByIds(client: VendureClient, list: List, ids: readonly string[], signal: AbortSignal): Promise<Slice> {
  return readSlice(client, list, { filter: { ...list.filter, id: { in: ids } } }, 0, ids.length, signal);
}

async function readSlice(client: VendureClient, list: List, options: Readonly<Record<string, unknown>>, skip: number, take: number, signal: AbortSignal): Promise<Slice> {
  const read = async (fields: string, at: number, count: number): Promise<Slice> => {
    const answer = await client.query(sliceOf(list, fields), { options: { ...options, skip: at, take: count } }, signal);
    return { items: answer.list.items, total: answer.list.totalItems, shop: answer.shop, lost: [] };
  };
  return salvage(
    (at, count) => read(list.fields, at, count),
    (at) => read('', at, 1),
    skip,
    take,
  );
}

function sliceOf(list: List, fields: string): Operation<z.infer<typeof slice>> {
  return {
    document: `query ($options: ${list.options}) { list: ${list.name}(options: $options) { totalItems items { id ${list.time} ${fields} } } ${SHOP_FIELDS} }`,
    answer: slice,
  };
}

/** Times of all rows of a slice, the lost ones too, in order. */
function timesOf(list: List, found: Slice): string[] {
  const of = (item: unknown): string => {
    const { id } = expectPayload(row, item, `A row of "${list.name}"`);
    const time = (item as Readonly<Record<string, unknown>>)[list.time];
    if (typeof time !== 'string') throw retry('UnexpectedPayload', `"${list.name}" ${id}: ${list.time} is ${JSON.stringify(time) ?? 'missing'}, expected a time.`);
    return time;
  };
  return [...found.items, ...found.lost.map((lost) => lost.bare)].map(of).sort();
}
