import { describe, expect, it } from '@jest/globals';
import type { Viewed } from '../status-view.ts';
import type { Target } from '../target.ts';
import { get } from './get.ts';

const store = (namespace: string): Viewed => ({ kind: 'Store', metadata: { namespace, name: 'main' }, spec: { a: 1 } });
const target: Target = {
  description: '',
  home: 'acme',
  list: async (_, namespace) =>
    [store('acme'), store('other')].filter(({ metadata }) => !namespace || metadata.namespace === namespace),
  annotate: async () => undefined,
  setSwitch: async () => undefined,
  hub: async () => ({ url: '', key: '' }),
  close: async () => undefined,
};
const now = new Date(0);

describe('supercargo get', () => {
  it('looks in the namespace of the context, in the one that is named, or in all', async () => {
    const names = async (options: object) =>
      (JSON.parse(await get(target, { word: 'store', output: 'json', ...options }, now)) as Viewed[]).map(
        ({ metadata }) => metadata.namespace,
      );
    expect(await names({})).toEqual(['acme']);
    expect(await names({ namespace: 'other' })).toEqual(['other']);
    expect(await names({ allNamespaces: true })).toEqual(['acme', 'other']);
  });

  it('takes kind and name in one word, as kubectl does', async () => {
    expect(await get(target, { word: 'store/main', output: 'name' }, now)).toBe('stores.supercargo.dev/main');
    await expect(get(target, { word: 'store/none' }, now)).rejects.toThrow('Store none was not found');
    await expect(get(target, { word: 'store/main', name: 'main' }, now)).rejects.toThrow('leave one out');
    await expect(get(target, { word: 'pod/main' }, now)).rejects.toThrow('"pod/main" is no name');
  });

  it('shows the header alone where nothing is, and ends well: nothing was asked for by name', async () => {
    const text = await get(target, { word: 'store', namespace: 'empty' }, now);
    expect(text).toMatch(/^NAMESPACE {2}NAME .* READY {2}REASON {2}SINCE$/);
    expect(await get(target, { word: 'store', namespace: 'empty', output: 'json' }, now)).toBe('[]');
  });

  it('says where it has looked', async () => {
    await expect(get(target, { word: 'store', name: 'shop' }, now)).rejects.toThrow(
      'Store shop was not found in namespace acme: another one is named with -n, all with -A',
    );
  });

  it('has the forms of kubectl', async () => {
    expect(await get(target, { word: 'store', output: 'name' }, now)).toBe('stores.supercargo.dev/main');
    expect(await get(target, { word: 'store', output: 'yaml' }, now)).toMatch(/^kind: Store\nmetadata:\n/);
    const noted = { ...store('acme'), metadata: { ...store('acme').metadata, managedFields: [{ manager: 'm' }] } };
    for (const output of ['json', 'yaml'] as const) {
      const text = await get({ ...target, list: async () => [noted] }, { word: 'store', output }, now);
      expect(text).toContain('main');
      expect(text).not.toMatch(/managedFields|manager/);
    }
    const all = { word: 'store', allNamespaces: true };
    expect(await get(target, { ...all, output: 'name' }, now)).toBe(Array(2).fill('stores.supercargo.dev/main').join('\n')); // prettier-ignore
    expect((await get(target, { ...all, output: 'yaml' }, now)).split('---\n').map((one) => /namespace: (\w+)/.exec(one)?.[1])).toEqual(['acme', 'other']); // prettier-ignore
    expect(await get(target, { word: 'store', output: 'wide' }, now)).toMatch(/MESSAGE/);
    expect(await get(target, { word: 'store' }, now)).not.toMatch(/MESSAGE/);
  });
});
