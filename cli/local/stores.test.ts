import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoreRecord } from '../../hub/stores/rules.ts';
import { LocalStores } from './stores.ts';
import type { LocalResource } from './world.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'supercargo-stores-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const store = (name: string, spec: Record<string, unknown> = {}): LocalResource => ({
  apiVersion: 'supercargo.dev/v1beta1',
  kind: 'Store',
  metadata: { namespace: 'acme', name },
  spec,
});

describe('Stores while "up" runs', () => {
  it('are taken when they are added, changed or removed, and said in words, without the key', async () => {
    const put: StoreRecord[] = [];
    const forgotten: string[] = [];
    const keys = new Map<string, string>();
    const stores = new LocalStores(
      {
        putStore: async (record) => void put.push(record),
        forgetStore: async (namespace, name) => void forgotten.push(`${namespace}/${name}`),
      },
      folder,
      keys,
    );
    const follow = (...list: LocalResource[]) => stores.follow({ list: () => list });
    expect(await follow(store('one'))).toEqual([]);
    const wms = { orderWebhooks: [{ name: 'wms', url: 'https://wms.example/hook' }] };
    expect(await follow(store('one', wms), store('two'))).toEqual([
      'Store acme/one: its change is in force; order webhooks: wms (https://wms.example/hook)',
      `Store acme/two was added; its developer API key: in ${join(folder, 'keys', 'acme.two')}; it has no order webhooks`,
    ]);
    expect(await follow(store('one', wms), store('two'))).toEqual([]);
    expect(put.map(({ name }) => name)).toEqual(['one', 'one', 'two']);
    expect((await readFile(join(folder, 'keys', 'acme.two'), 'utf8')).trim()).toBe(keys.get('acme/two'));
    expect(await follow(store('one', wms))).toEqual([
      'Store acme/two was taken out: its developer API key is not accepted any more, its data stays',
    ]);
    expect([forgotten, [...keys.keys()]]).toEqual([['acme/two'], ['acme/one']]);
    // One that comes back has its key again.
    expect(await follow(store('one', wms), store('two'))).toHaveLength(1);
    expect(put.at(-1)).toMatchObject({ name: 'two', keyHash: put[2]!.keyHash });
  });
});
