import { afterEach, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { LocalWorld } from '../local/world.ts';
import { runUp, showLines } from './up.ts';

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

it('up says in a pipe how things stand when it begins to tell, and then each change once', async () => {
  const state = await mkdtemp(join(tmpdir(), 'supercargo-up-'));
  const world = new LocalWorld(join(state, 'resources.json'), () => new Date('2026-05-02T12:00:00Z'));
  const shop = {
    apiVersion: 'supercargo.dev/v1beta1',
    kind: 'Connection',
    metadata: { name: 'shop', namespace: 'acme' },
  };
  world.apply({ resources: [{ ...shop, spec: {} }], secrets: [], faults: [] });
  const ready = (status: 'True' | 'False', reason: string) => ({
    ...{ type: 'Ready', status, reason, message: 'create it', lastTransitionTime: '2026-05-02T12:00:00Z' },
  });
  world.patchStatus('Connection', 'acme', 'shop', { conditions: [ready('False', 'SecretMissing')] });
  const said: string[] = [];
  const stop = showLines(world, (line) => said.push(line));
  expect(said).toEqual(['Connection/shop: not ready (SecretMissing) create it']);
  for (const reason of ['Running', 'Running'])
    world.patchStatus('Connection', 'acme', 'shop', { conditions: [ready('True', reason)] });
  expect(said.slice(1)).toEqual(['Connection/shop: ready (Running)']);
  stop();
  await world.flush();
  await rm(state, { recursive: true });
});
