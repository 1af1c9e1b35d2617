import { describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runConformance } from './conformance.ts';

const ROOT = join(import.meta.dirname, '..', '..');

async function run(command: Parameters<typeof runConformance>[0]): Promise<{ well: boolean; text: string }> {
  const lines: string[] = [];
  const well = await runConformance(command, (line) => lines.push(line));
  return { well, text: lines.join('\n') };
}

describe('supercargo conformance', () => {
  it('prints each case, and how many passed', async () => {
    const { well, text } = await run({ name: 'generic', cases: 'C2.good,C10' });
    expect(well).toBe(true);
    expect(text).toMatch(/^ {2}passed {3}C2\.good +accepts a good key$/m);
    expect(text).toMatch(/^18 passed, 0 skipped, 0 failed$/m);
  });

  it('plays each case once at a platform that pages in one way', async () => {
    expect((await run({ name: 'vendure', cases: 'C2.good' })).text).toMatch(/^1 passed, 0 skipped, 0 failed$/m);
  });

  it('holds a driver of another folder to the rules, and says what it breaks and what it skips', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'driver-'));
    await writeFile(
      join(folder, 'mine.mjs'),
      `
      import { generic } from ${JSON.stringify(pathToFileURL(join(ROOT, 'drivers/generic/index.ts')).href)};
      export { genericWire as wire } from ${JSON.stringify(pathToFileURL(join(ROOT, 'simulator/wires/generic.ts')).href)};
      export const driver = {
        ...generic, manifest: { ...generic.manifest, skips: { 'C2.shop': 'the shop has no name' } },
        connect: (context) => ({ ...generic.connect(context), check: async () => ({ reachable: { status: 'True', reason: 'R', message: '' }, credential: { status: 'True', reason: 'A', message: '' } }) }),
      };`,
    );
    const { well, text } = await run({ module: join(folder, 'mine.mjs'), cases: 'C2.shop,C2.wrong-key' });
    await rm(folder, { recursive: true });
    expect(well).toBe(false);
    expect(text).toMatch(/^ {2}skipped {2}C2\.shop +the shop has no name$/m);
    expect(text).toMatch(/^ {2}failed {3}C2\.wrong-key +a wrong key: reachable True \(R\), credential True \(A\)/m);
  });

  it('says what there is when a driver or a case is asked for that there is not', async () => {
    await expect(run({ name: 'nowhere' })).rejects.toThrow(/no driver nowhere: choose from/);
    await expect(run({ name: 'generic', cases: 'C99' })).rejects.toThrow(/no case is called C99/);
  });
});
