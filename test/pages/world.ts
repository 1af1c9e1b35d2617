import { expect, it } from '@jest/globals';
import type { Run } from './plan.ts';
import type { Shell } from './shell.ts';

/** A test for each command, in order: its exit code, and what the page promises of it. */
export function itRuns(rows: readonly Run[], shell: () => Shell, around: Around = {}): void {
  it.each(rows.map((row) => [row.text, row] as const))('%s', async (_text, row) => {
    await around.before?.(row);
    const { code, printed } = await shell().run(row);
    // What it printed says why it ended so.
    if (![row.code ?? 0].flat().includes(code)) throw new Error(`exit code ${code}:\n${printed}`);
    // What prints something is held to a part of it.
    if (row.says) expect(printed).toMatch(row.says);
    else if (!row.stays) expect(printed).toBe('');
    await around.after?.(row, printed);
  });
}

/** What the reader does besides: edits a file, waits. */
export interface Around {
  readonly before?: (row: Run) => Promise<void>;
  readonly after?: (row: Run, printed: string) => Promise<void>;
}
