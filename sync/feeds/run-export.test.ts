import { describe, expect, it } from '@jest/globals';
import {
  errorsWith,
  HeldWrite,
  retry,
  terminal,
  waiting,
  type EntryOf,
  type ExportTarget,
  type WriteResult,
} from '../../drivers/contract/index.ts';
import { feedOfKind, type ExportType } from '../../model/feeds.ts';
import type { OutboxClaim, OutboxEntry, OutboxKind, OutboxResult } from '../../model/sync-api.ts';
import type { HubClient } from '../hub-client.ts';
import { runExport } from './run-export.ts';

const entry = (id: number, subject = 'A'): OutboxEntry => ({
  id,
  subject,
  attempts: 0,
  payload: {
    ...{ variantId: 'v', sku: subject, locationId: 'main', quantity: id, available: id },
    ...{ orderId: subject, orderNumber: subject, shippedAt: '2026-01-01T00:00:00Z', parcel: 1, completes: true },
  },
});

/** An outbox: what is not applied or rejected is given out again, as the hub does. */
function fakeHub(entries: readonly OutboxEntry[], claimed?: Partial<OutboxClaim>) {
  const reported: OutboxResult[] = [];
  const claims: unknown[][] = [];
  const hub = {
    async claim(...asked: unknown[]): Promise<OutboxClaim> {
      claims.push(asked);
      const settled = new Set(reported.filter(({ outcome }) => outcome !== 'Retry').map(({ id }) => id));
      const open = entries.filter(({ id }) => !settled.has(id));
      return {
        entries: open.slice(0, asked[2] as number),
        keptBack: reported.filter(({ outcome }) => outcome === 'Held').length,
        ...claimed,
      };
    },
    async claimSubmitted() {
      const open = new Map<number, string>();
      for (const { id, outcome, ticket } of reported) {
        if (outcome === 'Submitted') open.set(id, ticket!);
        else open.delete(id);
      }
      return entries.flatMap((each) => (open.has(each.id) ? [{ ...each, ticket: open.get(each.id) }] : []));
    },
    async results(_runId: string, _kind: OutboxKind, results: readonly OutboxResult[]) {
      reported.push(...results);
    },
  };
  return { hub: hub as unknown as HubClient, reported, claims };
}

type Write = (entries: readonly EntryOf<ExportType>[]) => readonly WriteResult[];
const applied: Write = (entries) =>
  entries.map(({ entryId }) => ({ entryId, outcome: 'Applied', externalId: `x${entryId}` }));

async function export_(
  kind: OutboxKind,
  fake: ReturnType<typeof fakeHub>,
  write: Write,
  signal = new AbortController().signal,
  release?: string,
) {
  const calls: string[][] = [];
  const target: ExportTarget = {
    maxBatch: 100,
    write: async (entries) => {
      calls.push(entries.map(({ entryId }) => entryId));
      return write(entries);
    },
  };
  const outcome = await runExport({ feed: feedOfKind(kind), runId: 'r1', signal, release }, target, fake.hub);
  return { outcome, calls };
}

describe('an export', () => {
  it('writes what waits, reports each entry, and succeeds', async () => {
    const fake = fakeHub([entry(1), entry(2)]);
    const { outcome, calls } = await export_('stock', fake, applied);
    expect(calls).toEqual([['1', '2']]);
    expect(fake.reported).toEqual([
      { id: 1, outcome: 'Applied', result: { externalId: 'x1' } },
      { id: 2, outcome: 'Applied', result: { externalId: 'x2' } },
    ]);
    expect(outcome).toMatchObject({ result: 'Succeeded', read: 2, changed: 2, problems: 0 });
  });

  it('takes all that waits, a hundred at a time', async () => {
    const { outcome, calls } = await export_(
      'stock',
      fakeHub(Array.from({ length: 250 }, (_, id) => entry(id))),
      applied,
    );
    expect(calls.map(({ length }) => length)).toEqual([100, 100, 50]);
    expect(outcome).toMatchObject({ read: 250, changed: 250 });
  });

  it('is empty where nothing waits', async () => {
    expect((await export_('stock', fakeHub([]), applied)).outcome).toMatchObject({ result: 'Empty', read: 0 });
  });

  it('leaves a write alone that this release cannot read, and goes on with the others', async () => {
    const fake = fakeHub([{ ...entry(1), payload: { sku: 'A', cartons: 3 } }, entry(2)]);
    const { calls } = await export_('stock', fake, applied);
    expect(calls).toEqual([['2']]);
    expect(fake.reported).toMatchObject([
      { id: 1, outcome: 'Retry', reason: 'WriteNotUnderstood' },
      { id: 2, outcome: 'Applied' },
    ]);
  });

  it('hands the payload to the driver as its feed defines it', async () => {
    let given: unknown;
    await export_('stock', fakeHub([entry(1)]), (entries) => {
      given ??= entries[0];
      return applied(entries);
    });
    expect(given).toEqual({ variantId: 'v', sku: 'A', locationId: 'main', quantity: 1, available: 1, entryId: '1' });
  });

  it('stops between claims when it is told to', async () => {
    const stop = new AbortController();
    const { calls } = await export_(
      'stock',
      fakeHub(Array.from({ length: 250 }, (_, id) => entry(id))),
      (entries) => {
        stop.abort();
        return applied(entries);
      },
      stop.signal,
    );
    expect(calls).toHaveLength(1);
  });

  it('counts what the store had already as done', async () => {
    const { outcome } = await export_('stock', fakeHub([entry(1)]), ([first]) => [
      { entryId: first!.entryId, outcome: 'AlreadyApplied' },
    ]);
    expect(outcome).toMatchObject({ result: 'Succeeded', changed: 1 });
  });
});

describe('a store that takes nothing', () => {
  const twentyOrders = () => Array.from({ length: 20 }, (_, id) => entry(id, `order-${id}`));
  const down = () => {
    throw retry('StoreUnavailable', 'the store answered 503');
  };

  it('is left alone after three writes; what was not tried waits', async () => {
    const fake = fakeHub(twentyOrders());
    const { outcome, calls } = await export_('shipment', fake, down);
    expect(calls).toEqual([['0'], ['1'], ['2']]);
    expect(fake.reported.map(({ id, outcome: result }) => [id, result])).toEqual([
      [0, 'Retry'],
      [1, 'Retry'],
      [2, 'Retry'],
    ]);
    expect(outcome).toMatchObject({
      result: 'Failed',
      reason: 'WritesFailed',
      behaviour: 'retry',
      read: 3,
      problems: 3,
      message: expect.stringContaining('the rest waits: the store takes nothing'),
    });
  });

  it('is not one that fails for some of many', async () => {
    const { outcome, calls } = await export_('shipment', fakeHub(twentyOrders()), (entries) =>
      Number(entries[0]!.entryId) % 3 === 0 ? applied(entries) : down(),
    );
    expect(calls).toHaveLength(20);
    expect(outcome).toMatchObject({ result: 'Partial', read: 20, changed: 7, problems: 13 });
  });

  it('is not one that refuses what is written, for ever or for now', async () => {
    for (const refuse of [
      () => {
        throw terminal('UnknownOrder', 'no such order');
      },
      ([first]: readonly { entryId: string }[]): WriteResult[] => [
        { entryId: first!.entryId, outcome: 'Retry', reason: 'InsufficientStock', message: 'not there' },
      ],
    ]) {
      const { calls } = await export_('shipment', fakeHub(twentyOrders()), refuse);
      expect(calls).toHaveLength(20);
    }
  });

  it('is found by what the driver says of each entry, too', async () => {
    const { calls } = await export_('shipment', fakeHub(twentyOrders()), (entries) =>
      entries.map(({ entryId }) => ({ entryId, outcome: 'Retry', reason: 'Timeout', message: 'no answer' })),
    );
    expect(calls).toHaveLength(3);
  });
});

describe('what is the fault of the connection', () => {
  const fiveOrders = () => Array.from({ length: 5 }, (_, id) => entry(id, `order-${id}`));

  it.each<[string, () => never, object]>([
    [
      'a key that is refused',
      () => {
        throw terminal('KeyRefused', 'no');
      },
      { behaviour: 'terminal', scope: 'credential', reason: 'KeyRefused' },
    ],
    [
      'a missing right',
      () => {
        throw terminal('PermissionMissing', 'no');
      },
      { behaviour: 'terminal', scope: 'credential' },
    ],
    [
      'a wrong address',
      () => {
        throw terminal('WrongUrl', 'no');
      },
      { behaviour: 'terminal', scope: 'shop' },
    ],
    [
      'a rate limit',
      () => {
        throw waiting('RateLimited', 'later', 60_000);
      },
      { behaviour: 'waiting', scope: 'shop', retryAfterMs: 60_000 },
    ],
  ])('never rejects what waits: %s gives it back at once and ends the run', async (_what, refuse, expected) => {
    const fake = fakeHub(fiveOrders());
    const { outcome, calls } = await export_('shipment', fake, refuse);
    expect(calls).toHaveLength(1);
    expect(fake.reported).toMatchObject([{ id: 0, outcome: 'Returned' }]);
    const result = 'retryAfterMs' in expected ? 'Waiting' : 'Failed';
    expect(outcome).toMatchObject({ result, problems: 0, ...expected });
  });

  it('keeps what was done before it in the same call', async () => {
    const fake = fakeHub([entry(1, 'A'), entry(2, 'A'), entry(3, 'B')]);
    const { outcome } = await export_('shipment', fake, () => [
      { entryId: '1', outcome: 'Applied' },
      {
        entryId: '2',
        outcome: 'Retry',
        reason: 'KeyRefused',
        message: 'no',
        scope: 'credential',
        behaviour: 'terminal',
      },
    ]);
    expect(fake.reported).toMatchObject([
      { id: 1, outcome: 'Applied' },
      { id: 2, outcome: 'Returned' },
    ]);
    expect(outcome).toMatchObject({ result: 'Failed', changed: 1, scope: 'credential' });
  });

  it('is not that of a record which is named', async () => {
    const fake = fakeHub(fiveOrders());
    await export_('shipment', fake, () => {
      throw terminal('WrongUrl', 'there is no such order', '7');
    });
    expect(fake.reported.map(({ outcome }) => outcome)).toEqual([
      'Rejected',
      'Rejected',
      'Rejected',
      'Rejected',
      'Rejected',
    ]);
  });

  it("is nobody's word list: a reason that only its driver knows counts by its scope", async () => {
    const own = errorsWith({
      ShopClosed: { scope: 'shop', remedy: 'open it' },
      BadGoods: { scope: 'record', remedy: 'mend them' },
    });
    const away = fakeHub(fiveOrders());
    expect(
      (
        await export_('shipment', away, () => {
          throw own.retry('ShopClosed', 'closed');
        })
      ).calls,
    ).toHaveLength(3);
    const bad = fakeHub(fiveOrders());
    expect(
      (
        await export_('shipment', bad, () => {
          throw own.retry('BadGoods', 'bad');
        })
      ).calls,
    ).toHaveLength(5);
  });

  it('does not hide behind a batch: levels that are refused together are sent by halves until the one at fault stands alone', async () => {
    const fake = fakeHub(fiveOrders());
    const { outcome } = await export_('stock', fake, (entries) => {
      if (entries.some(({ entryId }) => entryId === '3')) throw terminal('StoreRefused', 'no such level');
      return applied(entries);
    });
    expect(
      fake.reported
        .filter(({ outcome: result }) => result === 'Applied')
        .map(({ id }) => id)
        .sort(),
    ).toEqual([0, 1, 2, 4]);
    expect(fake.reported.filter(({ outcome: result }) => result === 'Rejected').map(({ id }) => id)).toEqual([3]);
    expect(outcome).toMatchObject({ result: 'Partial', changed: 4, problems: 1 });
  });
});

describe('shipments', () => {
  it('of one order go together, and orders after one another', async () => {
    const { calls } = await export_('shipment', fakeHub([entry(1, 'A'), entry(2, 'B'), entry(3, 'A')]), applied);
    expect(calls).toEqual([['1', '3'], ['2']]);
  });

  it('of other orders go on where one fails', async () => {
    const fake = fakeHub([entry(1, 'A'), entry(2, 'B')]);
    const { outcome } = await export_('shipment', fake, (entries) => {
      if (entries[0]!.entryId === '1') throw terminal('UnknownOrder', 'no such order');
      return applied(entries);
    });
    expect(fake.reported).toMatchObject([
      { id: 1, outcome: 'Rejected', reason: 'UnknownOrder' },
      { id: 2, outcome: 'Applied' },
    ]);
    expect(outcome).toMatchObject({
      result: 'Partial',
      changed: 1,
      problems: 1,
      reason: 'WritesRefused',
      message: expect.stringContaining('no such order'),
    });
  });
});

describe('an entry', () => {
  it.each<[string, Write, Partial<OutboxResult>, object]>([
    [
      'that the driver forgot is tried again',
      () => [],
      { outcome: 'Retry', reason: 'NoResult' },
      { result: 'Failed', reason: 'WritesFailed', problems: 1 },
    ],
    [
      'that the driver took for another is tried again',
      () => [{ entryId: '999', outcome: 'Applied' }],
      { outcome: 'Retry', reason: 'NoResult' },
      { result: 'Failed', changed: 0 },
    ],
    [
      'that the store refused is not',
      ([first]) => [{ entryId: first!.entryId, outcome: 'Rejected', reason: 'TooMany', message: 'too many' }],
      { outcome: 'Rejected', reason: 'TooMany', message: 'too many' },
      { result: 'Failed', reason: 'WritesRefused' },
    ],
    [
      'is tried again after a failure that may pass',
      () => {
        throw retry('Timeout', 'slow');
      },
      { outcome: 'Retry', reason: 'Timeout', message: 'slow' },
      { result: 'Failed', reason: 'WritesFailed' },
    ],
    [
      'is rejected after one that will not',
      () => {
        throw terminal('StoreRefused', 'no');
      },
      { outcome: 'Rejected', reason: 'StoreRefused' },
      { result: 'Failed', reason: 'WritesRefused' },
    ],
    [
      'is tried again after a fault of the driver',
      () => {
        throw new TypeError('x is undefined');
      },
      { outcome: 'Retry', reason: 'UnexpectedError' },
      { result: 'Failed' },
    ],
  ])('%s', async (_what, write, result, expected) => {
    const fake = fakeHub([entry(1)]);
    const { outcome, calls } = await export_('stock', fake, write);
    expect(calls).toHaveLength(1); // not again within the run
    expect(fake.reported).toMatchObject([{ id: 1, ...result }]);
    expect(outcome).toMatchObject(expected);
  });

  it.each<[string, Write]>([
    [
      'a refusal',
      ([first]) => [{ entryId: first!.entryId, outcome: 'Rejected', reason: 'X', message: 'x'.repeat(5000) }],
    ],
    [
      'a failure',
      () => {
        throw retry('StoreError', 'x'.repeat(5000));
      },
    ],
  ])('never reports more words than the hub takes: %s', async (_what, write) => {
    const fake = fakeHub([entry(1)]);
    await export_('stock', fake, write);
    expect(fake.reported.map(({ message }) => message?.length)).toEqual([1024]);
  });
});

describe('in Test mode', () => {
  it.each([
    ['what the driver says of it', { body: '{"document":"x"}', shows: 'A: 3' }, 'A: 3'],
    ['its size, of bytes', { body: new Uint8Array(7) }, '(7 bytes)'],
  ])('an entry is held with %s, where the body says nothing to people', async (_what, given, shown) => {
    const fake = fakeHub([entry(1)]);
    await export_('stock', fake, () => {
      throw new HeldWrite({ method: 'POST', url: 'https://shop.example/api', ...given });
    });
    expect(fake.reported).toMatchObject([{ outcome: 'Held', request: { body: shown } }]);
  });

  it('an entry is held with the exact request, without headers: they carry the credential', async () => {
    const fake = fakeHub([entry(1)]);
    const { outcome } = await export_('stock', fake, () => {
      throw new HeldWrite({
        method: 'POST',
        url: 'https://shop.example/api',
        headers: { authorization: 'Bearer secret' },
        body: '{"q":1}',
      });
    });
    expect(fake.reported).toEqual([
      {
        id: 1,
        outcome: 'Held',
        reason: 'TestMode',
        message: expect.any(String),
        request: { method: 'POST', url: 'https://shop.example/api', body: '{"q":1}' },
      },
    ]);
    expect(JSON.stringify(fake.reported)).not.toContain('secret');
    expect(outcome).toMatchObject({
      result: 'Held',
      reason: 'TestMode',
      changed: 0,
      problems: 0,
      message: expect.stringContaining('1 write is kept back'),
    });
  });

  it('the run is held where entries are kept back, though none is new', async () => {
    expect((await export_('stock', fakeHub([], { keptBack: 4 }), applied)).outcome).toMatchObject({
      result: 'Held',
      message: expect.stringContaining('4 writes'),
    });
  });
});

describe('the brakes', () => {
  it('hold the run with the plan and how to release it, and nothing is written', async () => {
    const held = { digest: 'd1', summary: 'half of all SKUs to zero' };
    const { outcome, calls } = await export_('stock', fakeHub([entry(1)], { held }), applied);
    expect(calls).toEqual([]);
    expect(outcome).toMatchObject({
      result: 'Held',
      reason: 'BrakesApplied',
      held,
      message: expect.stringContaining('supercargo.dev/release=d1'),
    });
  });

  it('are told what a person released', async () => {
    const fake = fakeHub([]);
    await export_('stock', fake, applied, undefined, 'd1');
    expect(fake.claims).toEqual([['r1', 'stock', 100, 'd1']]);
  });
});

describe('what the store has taken and does later', () => {
  const submitted: Write = (entries) =>
    entries.map(({ entryId }) => ({ entryId, outcome: 'Submitted', ticket: 'job 1', againMs: 30_000 }));
  const nothingMore: Write = () => {
    throw new Error('nothing may be written');
  };

  async function run(fake: ReturnType<typeof fakeHub>, write: Write, settle: ExportTarget['settle']) {
    const target: ExportTarget = { maxBatch: 100, write: async (entries) => write(entries), settle };
    const signal = new AbortController().signal;
    return runExport({ feed: 'StockExport', runId: 'r1', signal }, target, fake.hub);
  }

  it('is no failure: the run comes again when it is due', async () => {
    const fake = fakeHub([entry(1)], { submitted: { count: 1, dueInMs: 30_000 } });
    const outcome = await run(fake, submitted, async () => []);
    expect(fake.reported).toEqual([{ id: 1, outcome: 'Submitted', ticket: 'job 1', againMs: 30_000 }]);
    expect(outcome).toMatchObject({ result: 'Succeeded', reason: 'Submitted', problems: 0, againMs: 30_000 });
  });

  it('is asked for by the next run, and reported; nothing is sent again', async () => {
    const fake = fakeHub([entry(1), entry(2)]);
    fake.reported.push(
      { id: 1, outcome: 'Submitted', ticket: 'b', againMs: 1 },
      { id: 2, outcome: 'Submitted', ticket: 'a', againMs: 1 },
    );
    const asked: unknown[] = [];
    const outcome = await run(fake, nothingMore, async (entries) => {
      asked.push(...entries);
      return entries.map(({ entryId }) =>
        entryId === '1'
          ? { entryId, outcome: 'Applied' }
          : { entryId, outcome: 'Rejected', reason: 'StoreRefused', message: 'no' },
      );
    });
    expect(asked).toEqual([
      { entryId: '2', ticket: 'a' },
      { entryId: '1', ticket: 'b' },
    ]);
    expect(fake.reported.slice(2)).toMatchObject([
      { id: 1, outcome: 'Applied' },
      { id: 2, outcome: 'Rejected' },
    ]);
    expect(outcome).toMatchObject({ result: 'Partial', changed: 1, problems: 1 });
  });

  it.each([
    ['fails', async () => Promise.reject(retry('StoreUnavailable', 'HTTP 500')), 'Failed'],
    ['must wait', async () => Promise.reject(waiting('RateLimited', 'later', 60_000)), 'Waiting'],
  ])('stays as it is where asking %s: the run ends, nothing is reported', async (_what, settle, result) => {
    const fake = fakeHub([entry(1)]);
    fake.reported.push({ id: 1, outcome: 'Submitted', ticket: 'a', againMs: 1 });
    expect(await run(fake, nothingMore, settle)).toMatchObject({ result, scope: 'shop' });
    expect(fake.reported).toHaveLength(1);
  });

  it('stays as it is where the driver forgets it', async () => {
    const fake = fakeHub([entry(1)]);
    fake.reported.push({ id: 1, outcome: 'Submitted', ticket: 'a', againMs: 1 });
    expect(await run(fake, nothingMore, async () => [])).toMatchObject({ result: 'Empty' });
    expect(fake.reported.slice(1)).toEqual([]);
  });
});
