import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../kit/clock.ts';
import type { Doors } from './command.ts';
import { LOCAL } from './local.ts';

describe('supercargo validate', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'supercargo-validate-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function validate(...documents: string[]) {
    const said: string[] = [];
    const doors: Doors = {
      ...{ env: {}, clock: systemClock, say: (line) => void said.push(line), tell: () => undefined, ask: undefined },
      stop: () => new AbortController().signal,
      withTarget: () => Promise.reject(new Error('it asks no cluster')),
    };
    const file = join(folder, 'a.yaml');
    await writeFile(file, documents.join('---\n'));
    const row = LOCAL.find(({ name }) => name === 'validate')!;
    const code = await row.run({ ...doors, args: [], options: { file }, given: () => true });
    return { code: code ?? 0, said };
  }
  const of = (kind: string, name: string, spec: object) =>
    `apiVersion: supercargo.dev/v1beta1\nkind: ${kind}\nmetadata: { name: ${name} }\nspec: ${JSON.stringify(spec)}\n`;
  const feed = (type: string) => of('Feed', 'orders', { connectionRef: { name: 'shop' }, type });
  const connection = (driver: string, settings: object) =>
    of('Connection', 'shop', { storeRef: { name: 'main' }, driver, credentialRef: { name: 'key' }, settings });
  const GOOD = connection('generic', { url: 'https://shop.example' });

  it('ends with 0 where all is valid', async () => {
    expect(await validate(feed('OrderImport'), GOOD)).toEqual({ code: 0, said: ['2 valid, 0 not'] });
  });

  it('ends as what is not well, and not as a wrong command line, where one is not', async () => {
    const { code, said } = await validate(feed('Orders'), GOOD);
    expect([code, said.at(-1)]).toEqual([4, '1 valid, 1 not']);
    expect(said[0]).toContain('Feed/orders: spec.type');
  });

  it('takes settings that do not fit the driver for a fault, and a driver that it does not know for none', async () => {
    const unfit = await validate(connection('generic', { url: 'https://shop.example', chanel: 'x' }));
    expect([unfit.code, unfit.said.at(-1), unfit.said[0]]).toEqual([
      4,
      '0 valid, 1 not',
      expect.stringContaining('chanel'),
    ]);
    const unknown = await validate(connection('of-our-own', { any: 1 }));
    expect([unknown.code, unknown.said.at(-1), unknown.said[0]]).toEqual([
      0,
      '1 valid, 0 not',
      expect.stringContaining('its settings were not looked at'),
    ]);
  });
});
