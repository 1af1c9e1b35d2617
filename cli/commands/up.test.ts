import { afterEach, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { runUp } from './up.ts';

const before = process.umask();
afterEach(() => void process.umask(before));

it('up writes nothing that others on the machine can read, whatever their umask', async () => {
  process.umask(0o000);
  const state = await mkdtemp(join(tmpdir(), 'supercargo-up-'));
  const command = { file: join(state, 'missing.yaml'), state, logLevel: 'silent' } as Parameters<typeof runUp>[0];
  await runUp(command, new PassThrough() as unknown as NodeJS.WriteStream, AbortSignal.abort()).catch(() => undefined);
  expect(process.umask()).toBe(0o077);
  await rm(state, { recursive: true });
});
