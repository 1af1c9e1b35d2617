import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitForTurn, whoseTurn } from './turn.ts';

describe('the end-to-end tests of two clones', () => {
  let folder: string;
  const before = process.env['SUPERCARGO_CACHE'];
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'turn-'));
    process.env['SUPERCARGO_CACHE'] = folder;
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    if (before === undefined) delete process.env['SUPERCARGO_CACHE'];
    else process.env['SUPERCARGO_CACHE'] = before;
    await rm(folder, { recursive: true, force: true });
  });

  /** A process that lives until it is killed, as the shell of a `make`. */
  async function make(): Promise<ChildProcess & { readonly env: NodeJS.ProcessEnv }> {
    const child = spawn('sh', ['-c', 'echo here; read forever'], { stdio: ['pipe', 'pipe', 'ignore'] });
    children.push(child);
    await once(child.stdout, 'data');
    return Object.assign(child, { env: { CLUSTER: 'x', HOLDER: String(child.pid) } });
  }

  it('use the cluster one after the other, and neither takes down what the other uses', async () => {
    const [first, second] = [await make(), await make()];
    await waitForTurn(first.env, () => undefined);
    await waitForTurn(first.env, () => undefined);
    expect(await whoseTurn(first.env)).toBeUndefined();
    for (const env of [second.env, { CLUSTER: 'x' }]) expect(await whoseTurn(env)).toBe(first.pid);
    expect(await whoseTurn({ CLUSTER: 'another' })).toBeUndefined();

    const said = Promise.withResolvers<string>();
    let over = false;
    const next = waitForTurn(second.env, said.resolve).then(() => (over = true));
    expect(await said.promise).toContain(`waiting for process ${first.pid}`);
    expect(over).toBe(false);
    // Killed, it takes nothing down; the next one finds its cluster and goes on with it.
    first.kill('SIGKILL');
    await next;
    expect(await whoseTurn(first.env)).toBe(second.pid);
    expect(await whoseTurn(second.env)).toBeUndefined();
  });

  it('have no turns where a part of them is run by hand', async () => {
    await waitForTurn({ CLUSTER: 'x' }, () => undefined);
    expect(await whoseTurn({ CLUSTER: 'x' })).toBeUndefined();
  });
});
