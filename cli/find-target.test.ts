import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTarget } from './find-target.ts';
import { startControl } from './local/control.ts';
import { LocalWorld } from './local/world.ts';

describe('where a running "up" and a cluster are both at hand', () => {
  let state: string;
  let kubeconfig: string;
  let control: Awaited<ReturnType<typeof startControl>>;
  const before = process.env['KUBECONFIG'];

  beforeAll(async () => {
    state = await mkdtemp(join(tmpdir(), 'supercargo-target-'));
    kubeconfig = join(state, 'kubeconfig');
    await writeFile(
      kubeconfig,
      JSON.stringify({
        ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'a' },
        clusters: [{ name: 'c', cluster: { server: 'https://cluster.test' } }],
        users: [{ name: 'u', user: { token: 't' } }],
        contexts: ['a', 'b'].map((name) => ({ name, context: { cluster: 'c', user: 'u', namespace: `of-${name}` } })),
      }),
    );
    process.env['KUBECONFIG'] = kubeconfig;
    const world = new LocalWorld(join(state, 'resources.json'), () => new Date(0));
    control = await startControl({ world, stateDir: state, hubUrl: 'http://127.0.0.1:1', keys: new Map() });
  });
  afterAll(async () => {
    if (before === undefined) delete process.env['KUBECONFIG'];
    else process.env['KUBECONFIG'] = before;
    await control.close();
    await rm(state, { recursive: true });
  });

  it('the "up" is meant by whoever names nothing', async () => {
    const target = await findTarget({ state });
    expect([target.description, target.cluster]).toEqual([`up (process ${process.pid})`, undefined]);
    await target.close();
  });

  it('the cluster is meant by whoever names a context, a kubeconfig or a user', async () => {
    for (const [choice, home] of [
      [{ context: 'b' }, 'of-b'],
      [{ kubeconfig }, 'of-a'],
      [{ as: 'eve@buyers.example' }, 'of-a'],
    ] as const) {
      const target = await findTarget({ state, ...choice });
      expect([choice, target.description, target.home]).toEqual([choice, 'the cluster of the current context', home]);
      await target.close();
    }
  });
});
