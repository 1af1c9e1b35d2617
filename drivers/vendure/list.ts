import { z } from 'zod';
import { retry } from '../contract/index.ts';
import type { Variables, VendureClient } from './client.ts';
import { advance, type Position } from './cursor.ts';
import { expectPayload } from './payload.ts';
import { salvage } from './salvage.ts';
import { CUSTOM_FIELDS, customFieldsIn, type CustomField } from './custom-fields.ts';
import { shopFields, shopFacts, type ShopFacts } from './shop.ts';
import type { Slice, Window } from './slice.ts';

/** A paginated list of Vendure and how we walk along it. */
export interface List {
  /** The query's field. */
  readonly name:
    'orders' | 'products' | 'productVariants' | 'facets' | 'productOptionGroups' | 'stockLocations' | 'shippingMethods';
  /** Input type of its options. */
  readonly options: string;
  /** What to select of an item, beside its id and time. */
  readonly fields: string;
  /** The same with fields that the shop has added; asked for where there are rows and the shop has any. */
  readonly fieldsWith?: (added: readonly CustomField[]) => string;
  /** What to select of a row that the store fails to show in full. */
  readonly bare?: string;
  /** The time that it is ordered by. */
  readonly time: 'createdAt' | 'updatedAt' | 'orderPlacedAt';
  readonly filter?: Readonly<Record<string, unknown>>;
}

const answer = z.object({
  list: z.object({ totalItems: z.int(), items: z.array(z.unknown()) }),
  shop: z.unknown().optional(),
});
const row = z.object({ id: z.string() });

/**
 * One reading of a list. The shop's facts come with the first answer: every further field costs the store a check of
 * the key.
 */
export class ListReader {
  readonly #client: VendureClient;
  readonly #list: List;
  readonly #signal: AbortSignal;
  #shop: ShopFacts | undefined;
  #fields: string;

  constructor(client: VendureClient, list: List, signal: AbortSignal) {
    this.#client = client;
    this.#list = list;
    this.#fields = list.fields;
    this.#signal = signal;
  }

  /** The rows after a position, at most `take`. */
  async window(from: Position, take: number, until: string | undefined): Promise<Window> {
    const { name, time, filter } = this.#list;
    const range = { after: from.after, ...(until === undefined ? {} : { before: until }) };
    // No sort by id beside the time: GraphQL puts the keys of an input in the schema's order, and there id comes first.
    const found = await this.#slice({ sort: { [time]: 'ASC' }, filter: { ...filter, [time]: range } }, from.skip, take);
    const seen = found.items.length + found.lost.length;
    const end = from.skip + seen >= found.total;
    if (seen === 0 && !end)
      throw retry(
        'UnexpectedPayload',
        `The store announces ${found.total - from.skip} more of "${name}" and gives none.`,
      );
    return {
      ...found,
      total: found.total - from.skip + from.read,
      next: advance(from, timesOf(this.#list, found)),
      end,
    };
  }

  /** The rows with these ids; ids that the store does not have are left out. */
  byIds(ids: readonly string[]): Promise<Slice> {
    return this.#slice({ filter: { ...this.#list.filter, id: { in: ids } } }, 0, ids.length);
  }

  /** The shop says with its first answer which fields it has added: then that part is read once more, with them. */
  async #slice(options: Variables, skip: number, take: number): Promise<Slice> {
    const fields = this.#fields;
    const slice = await salvage(
      (at, count) => this.#read(fields, { ...options, skip: at, take: count }),
      (at) => this.#read(this.#list.bare ?? '', { ...options, skip: at, take: 1 }),
      skip,
      take,
    );
    return this.#fields === fields || slice.items.length === 0 ? slice : this.#slice(options, skip, take);
  }

  async #read(fields: string, options: Variables): Promise<Slice> {
    const { name, time, options: type, fieldsWith } = this.#list;
    const document = `query ($options: ${type}) { list: ${name}(options: $options) { totalItems items { id ${time} ${fields} } } ${this.#shop === undefined ? shopFields(fieldsWith && CUSTOM_FIELDS) : ''} }`;
    const { list, shop } = await this.#client.query({ document, answer }, { options }, this.#signal);
    if (this.#shop === undefined) {
      this.#shop = expectPayload(shopFacts, shop, 'The settings of the shop');
      if (fieldsWith) this.#fields = fieldsWith(customFieldsIn(shop));
    }
    return { items: list.items, total: list.totalItems, shop: this.#shop, lost: [] };
  }
}

/** Times of all rows of a slice, the lost ones too, in order. */
function timesOf(list: List, found: Slice): string[] {
  const of = (item: unknown): string => {
    const { id } = expectPayload(row, item, `A row of "${list.name}"`);
    const time = (item as Readonly<Record<string, unknown>>)[list.time];
    if (typeof time !== 'string')
      throw retry(
        'UnexpectedPayload',
        `"${list.name}" ${id}: ${list.time} is ${JSON.stringify(time) ?? 'missing'}, expected a time.`,
      );
    return time;
  };
  return [...found.items, ...found.lost.map((lost) => lost.bare)].map(of).sort();
}
