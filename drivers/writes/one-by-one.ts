import { errorDetails, HeldWrite, type WriteResult } from '../contract/index.ts';

/**
 * Writes entries one after the other. One that fails does not stop the others, but where nothing will change until a
 * person acts (terminal), which is thrown. In Test mode every request is to be shown, not the first alone.
 */
export async function writeOneByOne<T extends { readonly entryId: string }>(entries: readonly T[], write: (entry: T) => Promise<WriteResult>): Promise<readonly WriteResult[]> {
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
      const { behaviour, reason, message } = errorDetails(error);
      if (behaviour === 'terminal') throw error;
      results.push({ entryId: entry.entryId, outcome: 'Retry', reason, message });
    }
  }
  if (held) throw held;
  return results;
}
