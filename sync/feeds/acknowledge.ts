import { HeldWrite, type ImportSource, type Page } from '../../drivers/contract/index.ts';

/**
 * Tells the store of the records of a page that the hub has committed; those that it did not take stay in the store's
 * queue and come again. At least once: after a kill in between they come again too, and the hub knows them.
 */
export async function acknowledge(
  source: ImportSource,
  page: Page,
  quarantined: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  const tokens = takenOf(page, quarantined);
  if (tokens.length === 0) return;
  if (!source.acknowledge) throw new Error('the driver gives acks, and its feed has no acknowledge');
  try {
    await source.acknowledge(tokens, signal);
  } catch (error) {
    // Test mode: the queue stays as it was, and the reading goes on.
    if (!(error instanceof HeldWrite)) throw error;
  }
}

function takenOf({ acks, unreadable = [] }: Page, quarantined: ReadonlySet<string>): string[] {
  const out = new Set([...quarantined, ...unreadable.filter(({ part }) => !part).map(({ recordId }) => recordId)]);
  return [...(acks ?? [])].filter(([id]) => !out.has(id)).map(([, token]) => token);
}
