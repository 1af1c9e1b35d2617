import { z } from 'zod';
import { GraphqlError } from './errors.ts';
import { expectPayload } from './payload.ts';
import type { Slice } from './slice.ts';

/** More broken rows than this in one page mean that the store is broken, not a row. */
const MOST_LOST = 5;
const row = z.object({ id: z.string() });

/**
 * Reads a slice; when the store fails at it, finds the rows that make it fail by halving, and reads the rest. One row
 * with a dangling reference must not keep a thousand others from being read.
 */
export async function salvage(
  read: (skip: number, take: number) => Promise<Slice>,
  readBare: (skip: number) => Promise<Slice>,
  skip: number,
  take: number,
): Promise<Slice> {
  const budget = { left: MOST_LOST };
  const attempt = async (at: number, count: number): Promise<Slice> => {
    try {
      return await read(at, count);
    } catch (error) {
      if (!(error instanceof GraphqlError) || error.details.behaviour !== 'retry') throw error;
      if (count > 1)
        return joined(
          await attempt(at, Math.floor(count / 2)),
          await attempt(at + Math.floor(count / 2), Math.ceil(count / 2)),
        );
      if (budget.left === 0) throw error;
      const bare = await readBare(at);
      const [item] = bare.items;
      if (item === undefined) return bare;
      budget.left -= 1;
      const { id } = expectPayload(row, item, 'A row');
      return { ...bare, items: [], lost: [{ id, bare: item, message: error.details.message }] };
    }
  };
  return attempt(skip, take);
}

function joined(first: Slice, second: Slice): Slice {
  return {
    items: [...first.items, ...second.items],
    lost: [...first.lost, ...second.lost],
    total: second.total,
    shop: second.shop,
  };
}
