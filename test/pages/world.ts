import { expect, it } from '@jest/globals';
import type { Run } from './plan.ts';
import type { Shell } from './shell.ts';

/** A test for each command, in order: its exit code, and what the page promises of it. */
export function itRuns(rows: readonly Run[], shell: () => Shell, around: Around = {}): void {
  it.each(rows.map((row) => [row.text, row] as const))('%s', async (_text, row) => {
    await around.before?.(row);
    const { code, printed } = await shell().run(row);
    const right = [row.code ?? 0].flat();
    expect({ code: right.includes(code) ? 'right' : code, printed }).toEqual({
      code: 'right',
      printed: row.says ? expect.stringMatching(row.says) : expect.any(String),
    });
    await around.after?.(row, printed);
  });
}

/** What the reader does besides: edits a file, waits. */
export interface Around {
  readonly before?: (row: Run) => Promise<void>;
  readonly after?: (row: Run, printed: string) => Promise<void>;
}
