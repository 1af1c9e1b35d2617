import { z } from 'zod';
import { unexpected } from '../toolkit/bodies/text.ts';
import { terminal } from './errors.ts';
import type { Row } from './pages.ts';

const text = z.string().optional();
const object = z.looseObject({ id: text, __typename: text, __parentId: text });
const named = z.looseObject({ id: z.string() });
export type Child = z.infer<typeof object>;

/** An object of the list that was asked for, with all that lies in its own lists. */
export interface Group {
  readonly root: Row;
  /** By the id of what they lie in. */
  readonly children: ReadonlyMap<string, readonly Child[]>;
}

/** What was read before a place, and the first group behind it. */
export interface Grouped {
  readonly group: Group;
  /** Lines up to its end. */
  readonly lines: number;
}

/**
 * The objects of a file of a bulk operation from a line on. Shopify was asked to put what lies in an object behind it:
 * one object is held at a time, whatever the size of the file. Where something lies elsewhere that is an error, for it
 * would be left out.
 */
export async function* groups(values: AsyncIterable<unknown>, from: number): AsyncGenerator<Grouped> {
  let line = 0;
  let open: OpenGroup | undefined;
  for await (const value of values) {
    if (line++ < from) continue;
    const { id, __parentId: parent, ...rest } = parsed(value, line);
    if (parent !== undefined) {
      if (!open?.add({ ...rest, id }, parent)) throw misplaced(line);
      continue;
    }
    if (id === undefined) throw unexpected(noObject(line));
    if (open) yield { group: open, lines: line - 1 };
    open = new OpenGroup({ ...rest, id });
  }
  if (open) yield { group: open, lines: line };
}

function parsed(value: unknown, line: number): Child {
  const read = object.safeParse(value);
  if (!read.success) throw unexpected(noObject(line));
  return read.data;
}

const noObject = (line: number): string => `line ${line} of a bulk operation is no object of Shopify`;

class OpenGroup implements Group {
  readonly root: Row;
  readonly children = new Map<string, Child[]>();
  /** Ids that something may lie in. */
  readonly #parents: Set<string>;

  constructor(row: Row) {
    this.root = row;
    // What lies in an object of the row itself is said to lie in either.
    const within = Object.values(row).map((value) => named.safeParse(value).data?.id ?? row.id);
    this.#parents = new Set([row.id, ...within]);
  }

  /** False: it does not lie in this. */
  add(each: Child, parent: string): boolean {
    if (!this.#parents.has(parent)) return false;
    if (each.id !== undefined) this.#parents.add(each.id);
    const beside = this.children.get(parent);
    if (beside) beside.push(each);
    else this.children.set(parent, [each]);
    return true;
  }
}

const misplaced = (line: number) =>
  terminal(
    'UnsupportedSchema',
    `line ${line} of a bulk operation does not belong to the object before it, so that it would be lost: tell the makers of the driver`,
  );
