import { expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

it('ends without a word when its reader has read enough', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), 'drivers'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  expect([code, said]).toEqual([0, '']);
});
