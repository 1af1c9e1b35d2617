import { describe, expect, it } from '@jest/globals';
import type { ImportSource } from '../../drivers/contract/index.ts';
import { censusIsDue, censusWindows, countedSource, runCensus } from './census.ts';

const now = new Date('2026-03-10T12:00:00Z');

describe('days before orders are of use', () => {
  it('are not compared: the driver was told to leave them out', () => {
    const windows = censusWindows(new Date('2026-03-10T12:00:00Z'), 5, new Date('2026-03-08T06:00:00Z'));
    expect(windows.map(({ from }) => from)).toEqual([
      '2026-03-08T06:00:00.000Z',
      '2026-03-09T00:00:00.000Z',
      '2026-03-10T00:00:00.000Z',
    ]);
  });
});

describe('the windows of the completeness check', () => {
  it('are thirty whole days in UTC, without gap or overlap, up to ten minutes ago', () => {
    const windows = censusWindows(now);
    expect(windows).toHaveLength(30);
    expect(windows.at(-1)).toEqual({ from: '2026-03-10T00:00:00.000Z', to: '2026-03-10T11:50:00.000Z' });
    for (let index = 1; index < windows.length; index++) expect(windows[index]!.from).toBe(windows[index - 1]!.to);
  });

  it('have no empty one just after midnight', () => {
    expect(censusWindows(new Date('2026-03-10T00:05:00Z')).at(-1)).toEqual({
      from: '2026-03-09T00:00:00.000Z',
      to: '2026-03-09T23:55:00.000Z',
    });
  });
});

describe('the completeness check', () => {
  const counting = {
    count: async () => 0,
    ids: async function* () {
      yield [];
    },
  } as unknown as ImportSource;

  it.each<[string, string | undefined, boolean]>([
    ['the first time', undefined, true],
    ['after a day', '2026-03-09T12:00:00Z', true],
    ['not before', '2026-03-09T12:00:01Z', false],
  ])('is due %s', (_when, last, due) => {
    expect(censusIsDue(last, now)).toBe(due);
  });

  it('is for feeds that have one, where the platform can count', () => {
    expect(countedSource('OrderImport', counting)).toMatchObject({ feed: 'OrderImport' });
    expect(countedSource('OrderImport', {} as ImportSource)).toBeUndefined();
    expect(countedSource('OrderUpdate', counting)).toBeUndefined();
  });

  it('compares ids on a small day whose count is the same: one may be missing and another be gone', async () => {
    const ids = async (theirs: number, ours: number) => {
      const asked: string[] = [];
      const source = {
        count: async () => theirs,
        async *ids({ from }: { from: string }) {
          asked.push(from);
          yield ['a', 'b'];
        },
        async *read() {
          yield { records: [], resume: '', end: true };
        },
      } as unknown as ImportSource;
      const hub = {
        censusCounts: async () => [ours],
        censusIds: async (_feed: string, _window: unknown, after: string) => (after === '' ? ['a', 'z'] : []),
      };
      return {
        asked,
        result: await runCensus(countedSource('OrderImport', source)!, now, {
          hub,
          post: async () => undefined,
          signal: new AbortController().signal,
          days: 1,
        }),
      };
    };
    expect((await ids(2, 2)).result).toMatchObject({ differing: 2, gone: 1 });
    expect((await ids(0, 0)).asked).toEqual([]);
    expect((await ids(251, 251)).asked).toEqual([]);
  });

  it('asks for ids of a large day only where it differs', async () => {
    const asked: string[] = [];
    const source = {
      count: async ({ from }: { from: string }) => (from.startsWith('2026-03-05') ? 3 : 1000),
      async *ids({ from }: { from: string }) {
        asked.push(from);
        yield ['a', 'b'];
        yield ['c'];
      },
      async *read({ ids }: { ids: string[] }) {
        yield { records: ids.map((id) => ({ kind: 'order', id })), resume: '', end: true };
      },
    } as unknown as ImportSource;
    const posted: string[] = [];
    const result = await runCensus(countedSource('OrderImport', source)!, now, {
      hub: {
        censusCounts: async (_feed, windows) => windows.map(() => 1000),
        censusIds: async (_feed, _window, after) => (after === '' ? ['a', 'z'] : []),
      },
      post: async (records, _unreadable, problems) => {
        posted.push(
          ...records.map((record) => (record as { id: string }).id),
          ...problems.map(({ reason, record }) => `${reason} ${record}`),
        );
      },
      signal: new AbortController().signal,
    });
    expect(asked).toEqual(['2026-03-05T00:00:00.000Z']);
    expect(result).toEqual({ days: 30, differing: 3, fetched: 2, gone: 1 });
    expect(posted).toEqual(['b', 'c', 'FoundByCompletenessCheck b', 'FoundByCompletenessCheck c', 'GoneAtStore z']);
  });

  it('asks a small store once for all of its days, and compares all ids', async () => {
    const asked: string[] = [];
    const source = {
      count: async ({ from, to }: { from: string; to: string }) => {
        asked.push(`count ${from} to ${to}`);
        return 250;
      },
      async *ids({ from, to }: { from: string; to: string }) {
        asked.push(`ids ${from} to ${to}`);
        yield ['a', 'b'];
      },
      async *read({ ids }: { ids: string[] }) {
        yield { records: ids.map((id) => ({ kind: 'order', id })), resume: '', end: true };
      },
    } as unknown as ImportSource;
    const result = await runCensus(countedSource('OrderImport', source)!, now, {
      hub: {
        censusCounts: async () => {
          throw new Error('not asked: ids say more');
        },
        censusIds: async (_feed, _window, after) => (after === '' ? ['a', 'z'] : []),
      },
      post: async () => undefined,
      signal: new AbortController().signal,
    });
    const whole = '2026-02-09T00:00:00.000Z to 2026-03-10T11:50:00.000Z';
    expect(asked).toEqual([`count ${whole}`, `ids ${whole}`]);
    expect(result).toEqual({ days: 30, differing: 2, fetched: 1, gone: 1 });
  });
});
