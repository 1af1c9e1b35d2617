import { z } from 'zod';
import { retry } from '../contract/index.ts';
import type { Variables, VendureClient } from './client.ts';
import { advance, looksBack, standing, type Position } from './cursor.ts';
import { expectPayload, told } from './payload.ts';
import { GraphqlError } from './errors.ts';
import { halvedRead } from '../toolkit/lists/halved-read.ts';
import { Shrinking } from '../toolkit/lists/shrinking.ts';
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
  readonly #shrinking = new Shrinking();
  /** The last row that the store could not show: a page with it would fail again. */
  #lost: string | undefined;
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
    const options = { sort: { [time]: 'ASC' }, filter: { ...filter, [time]: range } };
    const { at, found } = await standing(from, name, (place) =>
      this.#withAddedFields((fields) => this.#onward(fields, options, place, take)),
    );
    const seen = found.items.length + found.lost.length;
    const end = at.skip + seen >= found.total;
    if (seen === 0 && !end)
      throw retry(
        'UnexpectedPayload',
        `The store announces ${found.total - at.skip} more of "${name}" and gives none.`,
      );
    const rows = rowsOf(this.#list, found);
    return {
      ...found,
      total: found.total - at.skip + at.read,
      next: advance(
        at,
        rows.map((each) => each.time),
        rows.at(-1)?.id,
      ),
      end,
    };
  }

  /** The rows with these ids; ids that the store does not have are left out. */
  async byIds(ids: readonly string[]): Promise<Slice> {
    const options = { filter: { ...this.#list.filter, id: { in: ids } } };
    for (let all: Slice | undefined; ;) {
      const skip = all === undefined ? 0 : all.items.length + all.lost.length;
      const more = await this.#withAddedFields((fields) => this.#part(fields, options, skip, ids.length - skip));
      all =
        all === undefined ? more : { ...more, items: [...all.items, ...more.items], lost: [...all.lost, ...more.lost] };
      const read = all.items.length + all.lost.length;
      if (read >= Math.min(all.total, ids.length) || read === skip) return all;
    }
  }

  /**
   * The rows after a place, with the one before them. While a broken row is looked for, that one is asked for by
   * itself, and after what is new: what moves in between is noticed.
   */
  async #onward(
    fields: string,
    options: Variables,
    { skip, last, ...place }: Position,
    take: number,
  ): Promise<Slice | 'moved'> {
    const back = looksBack({ ...place, skip, last });
    if (back === 0) return this.#part(fields, options, skip, take);
    let stands: boolean | undefined;
    const slice = await halvedRead<Slice>(
      {
        brokenRow,
        read: async (at, count) => {
          if (count < take || last === this.#lost) return this.#read(fields, { ...options, skip: at, take: count });
          const found = await this.#read(fields, { ...options, skip: at - 1, take: count + 1 });
          stands = idOf(this.#list, found.items[0]) === last;
          return { ...found, items: found.items.slice(1) };
        },
        alone: (at, error) => this.#alone(options, at, error.message),
      },
      skip,
      take,
      this.#shrinking,
    );
    stands ??= idOf(this.#list, (await this.#bare(options, skip - 1)).items[0]) === last;
    return stands ? slice : 'moved';
  }

  /** Rows by offset; where the store fails at them, fewer. */
  #part(fields: string, options: Variables, skip: number, take: number): Promise<Slice> {
    return halvedRead<Slice>(
      {
        brokenRow,
        read: (at, count) => this.#read(fields, { ...options, skip: at, take: count }),
        alone: (at, error) => this.#alone(options, at, error.message),
      },
      skip,
      take,
      this.#shrinking,
    );
  }

  async #alone(options: Variables, at: number, message: string): Promise<Slice> {
    const bare = await this.#bare(options, at);
    const [item] = bare.items;
    if (item === undefined) return bare;
    const { id } = expectPayload(row, item, 'A row');
    this.#lost = id;
    return { ...bare, items: [], lost: [{ id, bare: item, message }] };
  }

  #bare(options: Variables, skip: number): Promise<Slice> {
    return this.#read(this.#list.bare ?? '', { ...options, skip, take: 1 });
  }

  /** The shop says with its first answer which fields it has added: then that part is read once more, with them. */
  async #withAddedFields<T extends Slice | 'moved'>(read: (fields: string) => Promise<T>): Promise<T> {
    const fields = this.#fields;
    const slice = await read(fields);
    return this.#fields === fields || slice === 'moved' || slice.items.length === 0 ? slice : read(this.#fields);
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

/** The store failed at the rows, and not because of the key, its rights or the address. */
function brokenRow(error: unknown): GraphqlError | undefined {
  return error instanceof GraphqlError && error.details.behaviour === 'retry' ? error : undefined;
}

const idOf = ({ name }: List, item: unknown): string | undefined =>
  item === undefined ? undefined : expectPayload(row, item, `A row of "${name}"`).id;

/** All rows of a slice, the lost ones too, in order. */
function rowsOf(list: List, found: Slice): { readonly id: string; readonly time: string }[] {
  const of = (item: unknown) => {
    const { id } = expectPayload(row, item, `A row of "${list.name}"`);
    const time = (item as Readonly<Record<string, unknown>>)[list.time];
    if (typeof time !== 'string')
      throw retry('UnexpectedPayload', `"${list.name}" ${id}: ${list.time} is ${told(time)}, expected a time.`);
    return { id, time };
  };
  return [...found.items, ...found.lost.map((lost) => lost.bare)].map(of);
}
