import { errorDetails, HeldWrite, type WriteResult } from '../contract/index.ts';

/**
 * Writes entries one after the other. One that fails does not stop the others, but where the shop takes nothing for now
 * or a person must act first: then what was done is told, and the rest is not tried. In Test mode every request is to
 * be shown, not the first alone.
 */
export async function writeOneByOne<T extends { readonly entryId: string }>(
  entries: readonly T[],
  write: (entry: T) => Promise<WriteResult>,
): Promise<readonly WriteResult[]> {
  const results: WriteResult[] = [];
  let held: HeldWrite | undefined;
  for (const entry of entries) {
    try {
      results.push(await write(entry));
    } catch (error) {
      if (error instanceof HeldWrite) {
        held = error;
        continue;
      }
      const { behaviour, reason, message, scope, retryAfterMs } = errorDetails(error);
      if (behaviour === 'terminal' && scope === 'record') {
        results.push({ entryId: entry.entryId, outcome: 'Rejected', reason, message });
        continue;
      }
      if (behaviour !== 'retry' && results.length === 0) throw error;
      results.push({ entryId: entry.entryId, outcome: 'Retry', reason, message, scope, behaviour, retryAfterMs });
      if (behaviour === 'retry') continue;
      const told = new Set(results.map(({ entryId }) => entryId));
      return [
        ...results,
        ...entries
          .filter(({ entryId }) => !told.has(entryId))
          .map(({ entryId }): WriteResult => ({
            entryId,
            outcome: 'Retry',
            reason,
            message,
            scope,
            behaviour,
            retryAfterMs,
          })),
      ];
    }
  }
  if (held) throw held;
  return results;
}
