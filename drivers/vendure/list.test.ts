import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { data, refusal, scriptedHttp } from '../../test/stores/vendure/scripted-http.ts';
import type { Page } from '../contract/index.ts';
import { VendureClient } from './client.ts';
import type { List } from './list.ts';
import { readById, readList, type Mapping } from './pages.ts';

const never = new AbortController().signal;
const shop = { outOfStockThreshold: 0, trackInventory: true, serverConfig: { moneyStrategyPrecision: 2 } };
const list: List = { name: 'stockLocations', options: 'StockLocationListOptions', fields: 'name', time: 'createdAt' };
const mapping: Mapping<{ id: string; name: string }> = {
  what: 'stock location',
  schema: z.object({ id: z.string(), name: z.string() }),
  perRow: 'one',
  map: ({ id, name }) => ({ kind: 'location', id, code: name, name }),
};

interface Options {
  readonly skip: number;
  readonly take: number;
  readonly filter: { createdAt?: { after: string } };
}

/** A list of which some rows cannot be shown in full, one a second. */
function brokenStore(size: number, broken: readonly number[]) {
  const rows = Array.from({ length: size }, (_, index) => ({
    id: String(index),
    name: `place ${index}`,
    createdAt: new Date(1e12 + index * 1000).toISOString(),
  }));
  return scriptedHttp(({ query, variables }) => {
    const { skip, take, filter } = variables['options'] as Options;
    const found = rows.filter(({ createdAt }) => filter.createdAt === undefined || createdAt > filter.createdAt.after);
    const items = found.slice(skip, skip + take);
    if (query.includes('name') && items.some(({ id }) => broken.includes(Number(id))))
      return refusal('Cannot return null for non-nullable field', 'INTERNAL_SERVER_ERROR');
    return data({ list: { totalItems: found.length, items }, shop });
  });
}

/** Rows of two times; one of them changes after so many calls. */
function movingStore(size: number, broken: readonly number[], moved: number, after: number) {
  let calls = 0;
  const rows = Array.from({ length: size }, (_, index) => ({
    id: String(100 + index),
    name: `place ${index}`,
    updatedAt: new Date(1e12 + Math.floor(index / 6) * 1000).toISOString(),
  }));
  return scriptedHttp(({ query, variables }) => {
    const { skip, take, filter } = variables['options'] as {
      skip: number;
      take: number;
      filter: { updatedAt: { after: string } };
    };
    const found = rows
      .filter(({ updatedAt }) => updatedAt > filter.updatedAt.after)
      .sort((a, b) => a.updatedAt.localeCompare(b.updatedAt) || a.id.localeCompare(b.id));
    const items = found.slice(skip, skip + take).map((row) => ({ ...row }));
    if (++calls === after) rows[moved]!.updatedAt = new Date(2e12).toISOString();
    if (query.includes('name') && items.some(({ id }) => broken.includes(Number(id) - 100)))
      return refusal('Cannot return null for non-nullable field', 'INTERNAL_SERVER_ERROR');
    return data({ list: { totalItems: found.length, items }, shop });
  });
}

async function pagesOf(pages: AsyncIterable<Page>): Promise<Page[]> {
  const read: Page[] = [];
  for await (const page of pages) read.push(page);
  return read;
}

describe('reading a list', () => {
  const clientOf = (http: ReturnType<typeof scriptedHttp>): VendureClient =>
    new VendureClient(http, { apiKey: 'k' }, { url: 'https://shop.example/admin-api' });

  it('finds the rows that the store itself cannot show, and reads the rest', async () => {
    const http = brokenStore(40, [3, 17]);
    const pages = await pagesOf(readList(clientOf(http), list, mapping, { pageSize: 16, signal: never }));
    expect(
      pages.flatMap((page) => page.records).map((record) => (record.kind === 'location' ? record.id : '')),
    ).toEqual(Array.from({ length: 40 }, (_, id) => String(id)).filter((id) => id !== '3' && id !== '17'));
    expect(pages.flatMap((page) => page.unreadable ?? []).map(({ recordId, reason }) => [recordId, reason])).toEqual([
      ['3', 'StoreError'],
      ['17', 'StoreError'],
    ]);
    expect(new Set(pages.map(({ total }) => total))).toEqual(new Set([40]));
    expect(pages.map(({ end }) => end)).toEqual([...pages.slice(1).map(() => false), true]);
    expect(http.asked.length).toBeLessThanOrEqual(24);
  });

  it('loses no row that moves to the end while it is read, also where a broken one is looked for', async () => {
    const changing: List = { ...list, time: 'updatedAt' };
    const names = (pages: readonly Page[]) =>
      new Set(
        pages.flatMap((page) => [
          ...page.records.map((record) => (record.kind === 'location' ? record.id : '')),
          ...(page.unreadable ?? []).map(({ recordId }) => recordId),
        ]),
      );
    for (const broken of [[], [5]])
      for (const moved of Array.from({ length: 12 }, (_, id) => id))
        for (const call of [1, 2, 3, 4]) {
          const http = movingStore(12, broken, moved, call);
          const pages = await pagesOf(readList(clientOf(http), changing, mapping, { pageSize: 4, signal: never }));
          expect([broken, moved, call, names(pages).size]).toEqual([broken, moved, call, 12]);
        }
  });

  it('gives up when the store cannot show anything', async () => {
    const http = brokenStore(
      40,
      Array.from({ length: 40 }, (_, id) => id),
    );
    await expect(pagesOf(readList(clientOf(http), list, mapping, { pageSize: 16, signal: never }))).rejects.toThrow(
      'Cannot return null',
    );
    expect(http.asked.length).toBeLessThan(40);
  });

  it('sets a row aside that does not fit, and names the field', async () => {
    const http = scriptedHttp(() =>
      data({
        list: {
          totalItems: 2,
          items: [
            { id: '1', createdAt: '2026-01-01T00:00:00.000Z', name: 7 },
            { id: '2', createdAt: '2026-01-01T00:00:00.000Z', name: 'Berlin' },
          ],
        },
        shop,
      }),
    );
    const [page] = await pagesOf(readList(clientOf(http), list, mapping, { pageSize: 10, signal: never }));
    expect(page).toMatchObject({
      records: [{ id: '2' }],
      unreadable: [
        {
          recordId: '1',
          reason: 'UnexpectedPayload',
          message: expect.stringContaining('its "name" is not as the shop\'s API describes it (must be text)'),
        },
      ],
      end: true,
      total: 2,
    });
  });

  it('asks for the settings of the shop once', async () => {
    const http = brokenStore(30, []);
    await pagesOf(readList(clientOf(http), list, mapping, { pageSize: 10, signal: never }));
    expect(http.asked.map(({ query }) => query.includes('globalSettings'))).toEqual([true, false, false]);
  });

  it('does not go round for ever with a store that announces more than it gives', async () => {
    const http = scriptedHttp(() => data({ list: { totalItems: 5, items: [] }, shop }));
    await expect(pagesOf(readList(clientOf(http), list, mapping, { pageSize: 10, signal: never }))).rejects.toThrow(
      'announces 5 more',
    );
  });

  it('names rows without a time, and says that no ids are no question', async () => {
    const http = scriptedHttp(() => data({ list: { totalItems: 1, items: [{ id: '1', name: 'Berlin' }] }, shop }));
    await expect(pagesOf(readList(clientOf(http), list, mapping, { pageSize: 10, signal: never }))).rejects.toThrow(
      'createdAt is missing',
    );
    expect(await pagesOf(readById(clientOf(http), list, mapping, { ids: [], pageSize: 10, signal: never }))).toEqual([
      { records: [], unreadable: [], resume: '0', end: true },
    ]);
    expect(http.asked).toHaveLength(1);
  });
});
