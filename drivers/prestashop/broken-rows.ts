import { DriverError, type UnreadableRecord, type WriteResult } from '../contract/index.ts';
import type { XmlElement } from '../toolkit/bodies/xml.ts';
import { halvedRead, type FragileList } from '../toolkit/lists/halved-read.ts';
import { Shrinking } from '../toolkit/lists/shrinking.ts';
import type { PrestaClient, Query } from './client.ts';
import { BrokeDown } from './errors.ts';
import { field, plain } from './fields.ts';

/** Records of one resource that are asked for by the value of one of their fields. */
export interface Asked {
  readonly resource: string;
  readonly name: string;
  readonly query?: Query;
}

/** Those that the shop shows, and the values at which it breaks down. */
export interface Shown {
  readonly rows: readonly XmlElement[];
  readonly broken: ReadonlyMap<string, BrokeDown>;
}

/** What a record needs is there, and the shop cannot show it. */
export class NotShown extends Error {}

/** A write that needs what the shop cannot show waits, by the name of its record; the others go on. */
export async function unlessNotShown<Result extends WriteResult>(
  { entryId }: { readonly entryId: string },
  record: string,
  write: () => Result | Promise<Result>,
): Promise<Result | WriteResult> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof NotShown)) throw error;
    return { entryId, ...waitsFor(record, error) };
  }
}

/** What becomes of a write that needs what the shop cannot show. */
export const waitsFor = (record: string, { message }: NotShown) =>
  ({ outcome: 'Retry', reason: 'StoreError', message: `${record}: ${message}` }) as const;

/** So many values stand in one address: servers take no longer ones. */
export const MOST = 200;

/**
 * All records that have one of these values. Where the shop breaks down at them, fewer are asked for, down to the value
 * at fault; it is none as long as the shop shows nothing else. `failed`: all of them together were tried before.
 */
export async function shownWith(
  client: PrestaClient,
  asked: Asked,
  values: readonly string[],
  signal: AbortSignal,
  failed = false,
): Promise<Shown> {
  const wanted = [...new Set(values)];
  const rows: XmlElement[] = [];
  const broken = new Map<string, BrokeDown>();
  for (let from = 0; from < wanted.length; from += MOST) {
    const part = wanted.slice(from, from + MOST);
    const list = fragile(client, asked, part, signal, failed);
    const shrinking = new Shrinking();
    if (failed) shrinking.failed(part.length);
    for (let at = 0; at < part.length;) {
      const slice = await halvedRead(list, at, part.length - at, shrinking);
      rows.push(...slice.rows);
      if (slice.broken) broken.set(part[at]!, slice.broken);
      at += slice.taken;
    }
  }
  return { rows, broken };
}

interface Slice {
  readonly taken: number;
  readonly rows: readonly XmlElement[];
  readonly broken?: BrokeDown;
}

function fragile(
  client: PrestaClient,
  asked: Asked,
  values: readonly string[],
  signal: AbortSignal,
  failed: boolean,
): FragileList<Slice> {
  let seen = failed;
  return {
    brokenRow: (error) => (error instanceof BrokeDown ? error : undefined),
    read: async (skip, take) => {
      const some = values.slice(skip, skip + take);
      try {
        return { taken: some.length, rows: await client.list(asked.resource, queryOf(asked, some), signal) };
      } catch (error) {
        // A shop that is down is not asked twenty times.
        if (!seen && error instanceof BrokeDown) await seeAlive(client, asked, error, signal);
        seen = true;
        throw error;
      }
    },
    alone: async (_skip, error) => {
      await seeAlive(client, asked, error, signal);
      return { taken: 1, rows: [], broken: error };
    },
  };
}

const queryOf = ({ name, query }: Asked, values: readonly string[]): Query => ({
  ...{ display: 'full', ...query },
  [`filter[${name}]`]: `[${values.join('|')}]`,
});

/**
 * Whether the shop shows any record of this kind: the oldest, else the newest. Where it shows neither, the fault is the
 * shop's and not a record's.
 */
export async function seeAlive(
  client: PrestaClient,
  { resource, query }: Pick<Asked, 'resource' | 'query'>,
  error: BrokeDown,
  signal: AbortSignal,
): Promise<void> {
  const display = query?.['display'] ?? 'full';
  for (const order of ['ASC', 'DESC'])
    try {
      const rows = await client.list(resource, { display, sort: `[id_${order}]`, limit: '0,1' }, signal);
      if (rows.length > 0) return;
    } catch (another) {
      if (!(another instanceof BrokeDown)) throw another;
    }
  throw new DriverError(error.details);
}

/** Records by the value of a field; who needs one at which the shop breaks down hears so. */
export class Found {
  readonly #what: string;
  readonly #broken: Shown['broken'];
  readonly #rows: ReadonlyMap<string, readonly XmlElement[]>;

  constructor(
    { resource, name }: { readonly resource: string; readonly name: string | ((row: XmlElement) => string) },
    { rows, broken }: Shown,
  ) {
    this.#what = resource;
    this.#broken = broken;
    this.#rows = Map.groupBy(rows, typeof name === 'string' ? (row) => field(row, name) : name);
  }

  all(value: string): readonly XmlElement[] {
    const error = this.#broken.get(value);
    if (error) throw new NotShown(notShown(`its ${this.#what}`, error));
    return this.#rows.get(value) ?? [];
  }

  one(value: string): XmlElement | undefined {
    return this.all(value)[0];
  }
}

/** A record that the shop cannot show, and what could be had of it. */
export interface Broken {
  readonly id: string;
  readonly bare: XmlElement | undefined;
  readonly error: DriverError;
}

const notShown = (what: string, { message }: Error): string =>
  `the shop itself cannot show ${what} (${message}): mend it in PrestaShop, whose log says more`;

/** Set aside by its number; `what`: "order". */
export function setAside(what: string, { id, bare, error }: Broken): UnreadableRecord {
  const number = field(bare, 'reference');
  return {
    ...{ recordId: id, ...(number === '' || what !== 'order' ? {} : { number }), reason: 'StoreError' },
    message: `${what} ${number || id}: ${notShown('it', error)}`,
    raw: bare ? plain(bare) : { id },
  };
}
