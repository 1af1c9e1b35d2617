import type { DriverError } from '../../contract/index.ts';
import { Shrinking } from './shrinking.ts';

/** Rows of which some make the store fail. */
export interface Fragile {
  /** The error, where it may be a row's; undefined for any other (no key, no connection): it is thrown. */
  readonly brokenRow: (error: unknown) => DriverError | undefined;
}

/** A list by offset of which a page can fail for one row. */
export interface FragileList<S> extends Fragile {
  /** The rows of a page; throws where the store fails at it. */
  readonly read: (skip: number, take: number) => Promise<S>;
  /** What stands for the one row at `skip` that the store cannot show in full. */
  readonly alone: (skip: number, error: DriverError) => Promise<S>;
}

/**
 * Reads on where the store fails at a page: less is asked for until the row at fault stands alone. One row with a
 * dangling reference must not keep a thousand others from being read.
 *
 * It gives fewer rows than were asked for, and the caller goes on from its own place: parts that were put together here
 * would lose a row that moves while they are read. `shrinking` is one for a whole reading.
 */
export async function halvedRead<S>(
  list: FragileList<S>,
  skip: number,
  take: number,
  shrinking: Shrinking,
): Promise<S> {
  for (;;) {
    const size = shrinking.size(take);
    try {
      const slice = await list.read(skip, size);
      shrinking.worked(size);
      return slice;
    } catch (error) {
      const broken = list.brokenRow(error);
      if (broken === undefined) throw error;
      if (size > 1) shrinking.failed(size);
      else if (shrinking.found()) return list.alone(skip, broken);
      else throw error;
    }
  }
}
