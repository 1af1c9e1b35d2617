import { describe, expect, it } from '@jest/globals';
import {
  HeldWrite,
  retry,
  waiting,
  type ImportSource,
  type Page,
  type ReadRequest,
} from '../../drivers/contract/index.ts';
import type { ImportType, RereadType } from '../../model/feeds.ts';
import { decodeBatch, type Checkpoint } from '../../model/batch.ts';
import { level, order } from '../../test/support/memory-store.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { HubRefusal, HubUnreachable, type HubClient } from '../hub-client.ts';
import { runImport } from './run-import.ts';

const SINCE = '2026-01-01T00:00:00.000Z';
/** Open orders of the hub, two at a time. */
const OPEN = ['o1', 'o2', 'o3', 'o4'];

async function importFrom(
  pages: Iterable<Page>,
  checkpoint: Checkpoint,
  more: Partial<ImportSource> = {},
  feed: ImportType = 'OrderImport',
  {
    dryRun,
    onBatch,
    rereads,
  }: {
    dryRun?: boolean;
    onBatch?: (header: { read: number }, bytes: Buffer) => void;
    rereads?: readonly RereadType[];
  } = {},
) {
  const requests: ReadRequest[] = [];
  const source: ImportSource = {
    cursor: { kind: 'changes' },
    maxPageSize: 10,
    async *read(request: ReadRequest) {
      requests.push(request);
      yield* pages;
    },
    ...more,
  };
  const posted: number[] = [];
  const rereadOf: string[] = [];
  const saved: (Checkpoint | undefined)[] = [];
  const hub = {
    openRecords: async (of: string, after: string) => {
      rereadOf.push(of);
      return OPEN.filter((id) => id > after).slice(0, 2);
    },
    batch: async (_run: string, bytes: Buffer) => {
      const { read, checkpoint: committed } = decodeBatch(bytes).header;
      onBatch?.({ read }, bytes);
      posted.push(read);
      saved.push(committed);
      return { changed: 1, repeated: false };
    },
  } as unknown as HubClient;
  const clock = new ManualClock('2026-03-01T00:00:00Z');
  const result = await runImport(
    { feed, runId: 'r', checkpoint, pageSize: 10, dryRun, rereads, signal: new AbortController().signal },
    {
      source,
      hub,
      clock,
      decideOrder: () => ({ intake: 'Accepted', custRef: 'x' }),
      storeNow: () => clock.now(),
      earliestOrder: new Date('2025-12-01T00:00:00Z'),
    },
  );
  return { ...result, posted, saved, requests, rereadOf };
}

describe('runImport', () => {
  const page = (total: number): Page => ({ records: [order('1'), order('2')], resume: '2', end: true, total });

  it('moves the position when as many came as were announced', async () => {
    const { outcome, checkpoint } = await importFrom([page(2)], { since: SINCE });
    expect([outcome.result, checkpoint!.since]).toEqual(['Succeeded', '2026-02-01T08:00:00.000Z']);
  });

  it('moves it too when the store fails in the middle of the completeness check, which comes again with the next run', async () => {
    const failing = {
      count: async () => {
        throw retry('StoreUnavailable', 'HTTP 500');
      },
      ids: async function* () {
        yield [];
      },
    };
    const { outcome, checkpoint } = await importFrom([page(2)], { since: SINCE }, failing);
    expect([outcome.result, outcome.message]).toEqual([
      'Succeeded',
      'the completeness check comes again with the next run: HTTP 500',
    ]);
    expect([checkpoint!.since, checkpoint!.censusAt]).toEqual(['2026-02-01T08:00:00.000Z', undefined]);
  });

  it('keeps what came, and the position, when fewer came than were announced', async () => {
    const { outcome, checkpoint, posted } = await importFrom([page(3)], { since: SINCE });
    expect([outcome.result, outcome.reason, posted]).toEqual(['Unproven', 'CountDiffers', [2]]);
    expect(checkpoint).toEqual({ since: SINCE, shortBy: 1 });
  });

  it('tells the driver from when orders are of use, and says nothing of that for goods', async () => {
    expect((await importFrom([page(2)], {})).requests).toMatchObject([{ placedFrom: '2025-12-01T00:00:00.000Z' }]);
    expect(
      (await importFrom([{ records: [], resume: '', end: true }], {}, {}, 'ProductImport')).requests[0]!.placedFrom,
    ).toBeUndefined();
  });

  it('moves the position as the platform says, for records without a time of change, too', async () => {
    const levels: Page[] = [
      { records: [level('A', 1)], resume: '1', end: false, position: '2026-02-02T00:00:00Z' },
      { records: [level('B', 1)], resume: '2', end: true, position: '2026-02-03T00:00:00Z' },
    ];
    expect((await importFrom(levels, { since: SINCE }, {}, 'StockImport')).checkpoint!.since).toBe(
      '2026-02-03T00:00:00.000Z',
    );
    // A platform that lags behind its own newest row says so: what it has not listed yet must be read again.
    expect(
      (await importFrom([{ ...page(2), position: '2026-01-15T00:00:00Z' }], { since: SINCE })).checkpoint!.since,
    ).toBe('2026-01-15T00:00:00.000Z');
  });
});

describe('a reading without end', () => {
  function* endless(resumeOf: (page: number) => string, total?: number): Generator<Page> {
    for (let at = 0; ; at++) {
      if (at > 5000) throw new Error('read on and on');
      yield { records: [order(`${at}`)], resume: resumeOf(at), end: false, total };
    }
  }

  it.each<[string, Iterable<Page>]>([
    ['that names the same place twice', endless(() => 'same')],
    ['that goes round in a circle', endless((at) => `page ${at % 7}`)],
    ['that gives far more than it announced', endless((at) => `page ${at}`, 10)],
  ])('%s ends with PageRepeated, and comes again', async (_what, pages) => {
    const { outcome } = await importFrom(pages, { since: SINCE });
    expect(outcome).toMatchObject({ result: 'Failed', reason: 'PageRepeated', behaviour: 'retry', scope: 'shop' });
    expect(outcome.read).toBeLessThan(1100);
  });

  it('is not one that is only long', async () => {
    function* long(): Generator<Page> {
      for (let at = 1; at <= 3000; at++)
        yield { records: [order(`${at}`)], resume: `${at}`, end: at === 3000, total: 2900 };
    }
    expect((await importFrom(long(), { since: SINCE })).outcome).toMatchObject({ result: 'Succeeded', read: 3000 });
  });
});

describe('an order that cannot be read', () => {
  it('is kept by its number, or else by its id, so that it is asked for again; a part of one is not', async () => {
    const no = { reason: 'UnexpectedPayload', message: 'no' };
    const page: Page = {
      records: [order('1')],
      unreadable: [
        { recordId: 'o-4', ...no },
        { recordId: 'o-5', number: '5', ...no },
        { recordId: 'o-1', part: true, ...no },
      ],
      resume: '1',
      end: true,
    };
    const orders: unknown[] = [];
    await importFrom([page], { since: SINCE }, {}, 'OrderImport', {
      onBatch: (_, bytes) => orders.push(...decodeBatch(bytes).header.problems.map((problem) => problem.order)),
    });
    expect(orders).toEqual([{ id: 'o-4', number: 'o-4' }, { id: 'o-5', number: '5', reference: 'x' }, undefined]);
  });
});

describe('a queue of the store', () => {
  const queued: Page = {
    records: [order('1'), order('2'), order('3')],
    unreadable: [
      { recordId: 'o-4', reason: 'UnexpectedPayload', message: 'no' },
      { recordId: 'o-1', part: true, reason: 'NoSku', message: 'a line' },
    ],
    resume: '1',
    end: true,
    acks: new Map(['1', '2', '3', '4'].map((each) => [`o-${each}`, `token ${each}`])),
  };
  /** A hub that cannot take order 2. */
  const refusing = (header: { read: number }, bytes: Buffer) => {
    if (bytes.includes('o-2') && header.read > 0) throw new HubRefusal(400, 'BadRow', 'bad');
  };

  it('is told of what the hub took, after it took it, and of nothing else', async () => {
    const told: (readonly string[])[] = [];
    const acks = { acknowledge: async (tokens: readonly string[]) => void told.push(tokens) };
    const { outcome, posted } = await importFrom([queued], { since: SINCE }, acks, 'OrderImport', {
      onBatch: refusing,
    });
    expect(told).toEqual([['token 1', 'token 3']]);
    expect(posted.length).toBeGreaterThan(0);
    expect(outcome.result).toBe('Partial');
  });

  it('is told nothing of what the hub could not be given', async () => {
    const told: unknown[] = [];
    const acks = { acknowledge: async (tokens: readonly string[]) => void told.push(tokens) };
    const away = () => {
      throw new HubUnreachable('away');
    };
    const { outcome } = await importFrom([queued], { since: SINCE }, acks, 'OrderImport', { onBatch: away });
    expect([outcome.result, told]).toEqual(['Failed', []]);
  });

  it('is told nothing by a dry run, and stays as it was in Test mode, where the run goes on', async () => {
    const told: unknown[] = [];
    const acks = { acknowledge: async (tokens: readonly string[]) => void told.push(tokens) };
    await importFrom([queued], { since: SINCE }, acks, 'OrderImport', { dryRun: true });
    expect(told).toEqual([]);
    const held = {
      acknowledge: async () => {
        throw new HeldWrite({ method: 'POST', url: 'https://shop.example/' });
      },
    };
    const good = { ...queued, unreadable: [] };
    expect((await importFrom([good], { since: SINCE }, held)).outcome.result).toBe('Succeeded');
  });
});

describe('a reading that takes its time', () => {
  const asked: Page = { records: [], resume: '{"job":1}', end: false, againMs: 30_000 };

  it('ends the run as Waiting once its place is kept, and goes on there', async () => {
    function* pages(): Generator<Page> {
      yield asked;
      throw new Error('asked on');
    }
    const { outcome, saved } = await importFrom(pages(), { since: SINCE });
    expect(outcome).toMatchObject({ result: 'Waiting', reason: 'NotReadyYet', retryAfterMs: 30_000 });
    expect(saved).toMatchObject([{ since: SINCE, run: { resume: '{"job":1}' } }]);
    // It is asked for the same job as often as it takes.
    const again = await importFrom([asked], saved[0]!);
    expect([again.outcome.result, again.requests[0]!.resume]).toEqual(['Waiting', '{"job":1}']);
    const done = await importFrom([{ records: [order('1')], resume: 'done', end: true }], again.saved[0]!);
    expect([done.outcome.result, done.checkpoint!.since]).toEqual(['Succeeded', '2026-02-01T08:00:00.000Z']);
  });

  it('comes before the open records and the completeness check, which have to wait', async () => {
    const open = { cursor: { kind: 'changes', fallback: 'rereadOpen' } } as const;
    const { requests } = await importFrom([asked], { since: SINCE }, open);
    expect(requests).toHaveLength(1);
  });
});

describe('a store that asks to wait', () => {
  const first: Page = { records: [order('1')], resume: 'page 1', end: false };
  const later = () => waiting('RateLimited', 'the store asks to wait 178 s', 178_000);
  const open = { cursor: { kind: 'changes', fallback: 'rereadOpen' } } as const;

  it('ends the run as Waiting, no failure, and it goes on where it was', async () => {
    function* pages(): Generator<Page> {
      yield first;
      throw later();
    }
    const { outcome, saved } = await importFrom(pages(), { since: SINCE });
    expect(outcome).toMatchObject({ result: 'Waiting', reason: 'RateLimited', read: 1, retryAfterMs: 178_000 });
    const { requests } = await importFrom([{ ...first, end: true }], saved.at(-1)!);
    expect(requests[0]).toMatchObject({ resume: 'page 1', since: saved.at(-1)!.run!.since });
  });

  it('goes on with the open records where it was, and reads no page twice', async () => {
    const end: Page = { records: [order('1')], resume: 'page 1', end: true };
    const asked: (readonly string[] | undefined)[] = [];
    const source = (fails: string) => ({
      ...open,
      read: async function* ({ ids }: ReadRequest) {
        asked.push(ids);
        if (ids?.includes(fails)) throw later();
        yield ids ? { ...end, records: ids.map((id) => order(id)) } : end;
      },
    });
    const before = await importFrom([], { since: SINCE }, source('o3'));
    expect(before.outcome).toMatchObject({ result: 'Waiting', read: 3 });
    const after = await importFrom([], before.checkpoint!, source('none'));
    expect(after.outcome).toMatchObject({ result: 'Succeeded', read: 2 });
    expect(after.checkpoint).toMatchObject({ since: '2026-02-01T08:00:00.000Z' });
    expect(after.checkpoint!.run).toBeUndefined();
    expect(asked).toEqual([undefined, ['o1', 'o2'], ['o3', 'o4'], ['o3', 'o4']]);
  });

  it('reads the open records of a feed that comes with it too, and goes on at the feed where it was', async () => {
    const end: Page = { records: [order('1')], resume: 'page 1', end: true };
    let calls = 0;
    const asked: (readonly string[] | undefined)[] = [];
    const source = (failsAt: number) => ({
      ...open,
      read: async function* ({ ids }: ReadRequest) {
        asked.push(ids);
        if (++calls === failsAt) throw later();
        yield ids ? { ...end, records: ids.map((id) => order(id)) } : end;
      },
    });
    const both = { rereads: ['OrderImport', 'OrderUpdate'] } as const;
    const before = await importFrom([], { since: SINCE }, source(5), 'OrderImport', both);
    expect(before.checkpoint!.run!.reread).toBe('OrderUpdate:o2');
    const after = await importFrom([], before.checkpoint!, source(-1), 'OrderImport', both);
    expect(after.outcome.result).toBe('Succeeded');
    expect([new Set(before.rereadOf), new Set(after.rereadOf)]).toEqual([
      new Set(['OrderImport', 'OrderUpdate']),
      new Set(['OrderUpdate']),
    ]);
    expect(asked.slice(1)).toEqual([
      ['o1', 'o2'],
      ['o3', 'o4'],
      ['o1', 'o2'],
      ['o3', 'o4'],
      ['o3', 'o4'],
    ]);
    // The other feed was deleted meanwhile: its place is none of the first.
    const alone = await importFrom([], before.checkpoint!, source(-1));
    expect([new Set(alone.rereadOf), alone.outcome.read]).toEqual([new Set(['OrderImport']), 4]);
  });
});
