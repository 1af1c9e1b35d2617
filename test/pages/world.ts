import { expect, it } from '@jest/globals';
import { waitFor } from '../cluster/wait.ts';
import type { Run } from './plan.ts';
import type { Shell } from './shell.ts';

/** A test for each command, in order: its exit code, and what the page promises of it. */
export function itRuns(rows: readonly Run[], shell: () => Pick<Shell, 'run'>, around: Around = {}): void {
  it.each(rows.map((row) => [row.text, row] as const))('%s', async (_text, row) => {
    await around.before?.(row);
    const printed = await type(row, shell());
    await around.after?.(row, printed);
  });
}

/** What the reader does besides: edits a file, waits. */
export interface Around {
  readonly before?: (row: Run) => Promise<void>;
  readonly after?: (row: Run, printed: string) => Promise<void>;
}

const PATIENCE_MS = 60_000;
const LOOK_EACH_MS = 500;

/** What shows or marks what somebody else writes, and may be typed as often as one likes. */
const AGAIN =
  /^(?:\.\/)?(?:kubectl|supercargo)\b.*? (?:get|describe|logs|order|runs|errors|diff|label|rollout restart)(?: |$)/;

/**
 * Types a command and returns what it printed. One that looks is typed again until it shows what the page promises,
 * as a reader would: an operator has its work to do first.
 * @throws Error with all that it printed
 */
export async function type(row: Run, shell: Pick<Shell, 'run'>, lookEachMs = LOOK_EACH_MS): Promise<string> {
  const once = async (): Promise<string> => {
    const { code, printed } = await shell.run(row);
    // What it printed says why it ended so.
    if (![row.code ?? 0].flat().includes(code)) throw new Error(`exit code ${code}:\n${printed}`);
    // What prints something is held to a part of it.
    if (row.says) expect(printed).toMatch(row.says);
    else if (!row.stays) expect(printed).toBe('');
    return printed;
  };
  if (row.stays || !AGAIN.test(row.text)) return once();
  const timing = { timeout: PATIENCE_MS, interval: lookEachMs };
  // An empty answer, where a page promises one, is a found one.
  const { printed } = await waitFor(row.text, async () => ({ printed: await once() }), timing);
  return printed;
}
