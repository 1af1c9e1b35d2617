import { errorDetails, HeldWrite, type WriteResult } from '../../contract/index.ts';

/** Writes of which the platform does all of a call or nothing. */
export interface AllOrNothing<T> {
  /** Most that go in one call. */
  readonly atOnce: number;
  /** The entries that an item stands for (all of one variant, or one). */
  readonly entries: (item: T) => readonly { readonly entryId: string }[];
  /** One call, and a result for each entry of it. */
  readonly send: (items: readonly T[]) => Promise<readonly WriteResult[]>;
  /** Whether an error says that something in the call was refused, so that nothing of it was done. */
  readonly refused: (error: unknown) => boolean;
  /** What is said of an item that was refused alone. */
  readonly alone: (item: T, error: unknown) => readonly WriteResult[] | Promise<readonly WriteResult[]>;
}

/**
 * Writes in batches. One that is refused is halved until the items at fault stand alone; the others are done. What
 * nobody can know (a broken connection) is `Retry`: for what is set absolutely alone.
 */
export async function halvedWrite<T>(items: readonly T[], how: AllOrNothing<T>): Promise<readonly WriteResult[]> {
  const results: WriteResult[] = [];
  let held: HeldWrite | undefined;
  for (let at = 0; at < items.length; at += how.atOnce) {
    try {
      results.push(...(await writeBatch(items.slice(at, at + how.atOnce), how)));
    } catch (error) {
      // In Test mode every request is to be shown, not the first alone.
      if (!(error instanceof HeldWrite)) throw error;
      held = error;
    }
  }
  if (held !== undefined) throw held;
  return results;
}

async function writeBatch<T>(items: readonly T[], how: AllOrNothing<T>): Promise<readonly WriteResult[]> {
  try {
    return await how.send(items);
  } catch (error) {
    if (error instanceof HeldWrite) throw error;
    if (how.refused(error)) {
      if (items.length === 1) return how.alone(items[0]!, error);
      const middle = Math.ceil(items.length / 2);
      return [...(await writeBatch(items.slice(0, middle), how)), ...(await writeBatch(items.slice(middle), how))];
    }
    const details = errorDetails(error);
    if (details.behaviour === 'terminal') throw error;
    return items.flatMap((item) =>
      how.entries(item).map(({ entryId }): WriteResult => ({ entryId, outcome: 'Retry', ...details })),
    );
  }
}
