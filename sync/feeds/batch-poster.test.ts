import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeBatch, type BatchHeader, type BatchProblem } from '../../model/batch.ts';
import type { CanonicalRecord } from '../../model/records.ts';
import { order } from '../../test/support/memory-store.ts';
import { HubRefusal, HubUnreachable, type HubClient } from '../hub-client.ts';
import { BatchPoster } from './batch-poster.ts';

const location = (id: string, name = 'ok'): CanonicalRecord => ({ kind: 'location', id, code: id, name });
const page = (count: number, poisoned: readonly number[] = []) =>
  Array.from({ length: count }, (_, index) => location(String(index), poisoned.includes(index) ? 'POISON' : 'ok'));
const problem = (record: string): BatchProblem => ({
  severity: 'Error',
  reason: 'UnreadableRecord',
  record,
  message: 'm',
});

/** A hub that keeps what it takes, and refuses a batch whole when a row of it is poisoned. */
function fakeHub(
  refuse: (text: string) => Error | undefined = (text) =>
    text.includes('POISON') ? new HubRefusal(422, 'BadRow', 'bad row') : undefined,
) {
  const taken: { header: BatchHeader; rows: string[][] }[] = [];
  let tried = 0;
  const hub = {
    async batch(_runId: string, bytes: Buffer) {
      tried += 1;
      const { header, segments } = decodeBatch(bytes);
      const text = segments.map(({ data }) => data.toString('utf8')).join('');
      const refusal = refuse(text);
      if (refusal) throw refusal;
      const rows = text
        .split('\n')
        .filter(Boolean)
        .map((row) => row.split('\t'));
      taken.push({ header, rows });
      return { changed: rows.length, repeated: false };
    },
  };
  return {
    hub: hub as unknown as HubClient,
    taken,
    tried: () => tried,
    ids: () => taken.flatMap(({ rows }) => rows.map(([id]) => id)),
  };
}

const poster = (hub: HubClient) => new BatchPoster(hub, 'run-1', () => ({ intake: 'Accepted', custRef: 'R' }));
const checkpoint = { run: { resume: 'page 2' } };

describe('a number that is none', () => {
  const tax = (rate: number) => ({ taxes: [{ rate, amount: 100, title: 'VAT' }] });
  it.each([
    ['in a column', order('7', { grandTotal: Number.NaN }), 'grandTotal'],
    ['in what few orders have', order('7', tax(Number.NaN)), 'taxes.0.rate'],
    ['without an end', order('7', tax(Number.POSITIVE_INFINITY)), 'taxes.0.rate'],
  ])('%s sets its order aside by the place where it stands, and no other', async (_where, bad, place) => {
    const fake = fakeHub();
    const it_ = poster(fake.hub);
    await it_.post([order('6'), bad, order('8', tax(20))], [], checkpoint);
    const problems = fake.taken.flatMap(({ header }) => header.problems);
    expect(problems).toMatchObject([{ reason: 'PoisonedRecord', record: bad.id, number: bad.number }]);
    expect(problems[0]!.message).toContain(`cannot be taken: its ${place} is no number`);
    expect(fake.ids().filter((id) => id === order('6').id || id === order('8').id)).toHaveLength(4);
    expect(fake.ids()).not.toContain(bad.id);
    expect(fake.taken.at(-1)!.header.checkpoint).toEqual(checkpoint);
  });
});

describe('a page', () => {
  it('is one batch with its problems and its checkpoint', async () => {
    const fake = fakeHub();
    const it_ = poster(fake.hub);
    await it_.post(page(3), [problem('9')], checkpoint);
    expect(fake.taken).toHaveLength(1);
    expect(fake.taken[0]!.header).toMatchObject({ sequence: 1, read: 3, checkpoint, problems: [problem('9')] });
    expect([it_.changed, it_.problems]).toEqual([3, 1]);
  });

  it('with nothing to say is not sent', async () => {
    const fake = fakeHub();
    await poster(fake.hub).post([], []);
    expect(fake.tried()).toBe(0);
  });

  it('with nothing but a checkpoint is sent', async () => {
    const fake = fakeHub();
    await poster(fake.hub).post([], [], checkpoint);
    expect(fake.taken.map(({ header }) => header.checkpoint)).toEqual([checkpoint]);
  });

  it('that holds a record twice sends the last of them', async () => {
    const fake = fakeHub();
    await poster(fake.hub).post([location('1', 'old'), location('2'), location('1', 'new')], []);
    expect(fake.taken[0]!.rows.map(([id, , name]) => [id, name])).toEqual([
      ['1', 'new'],
      ['2', 'ok'],
    ]);
  });

  it('takes records of one id and another kind for two', async () => {
    const fake = fakeHub();
    const stock = (locationId: string): CanonicalRecord => ({
      kind: 'stock',
      variantId: '1',
      locationId,
      sku: 'A',
      onHand: 1,
      available: 1,
    });
    await poster(fake.hub).post(
      [location('1'), { kind: 'supplier', id: '1', code: 'c', name: 'n' }, stock('a'), stock('b'), stock('a')],
      [],
    );
    expect(fake.taken[0]!.header).toMatchObject({ read: 4 });
  });
});

describe('a record with a key that no table could hold', () => {
  const long = (seed: string) => seed.repeat(300);

  it('is set aside by its number before anything is sent, and the rest of its page goes in one batch', async () => {
    const fake = fakeHub();
    const it_ = poster(fake.hub);
    const bad = order('7', { lines: [{ ...order('7').lines[0]!, sku: long('S') }] });
    await it_.post([order('6'), bad, order('8')], [problem('x')], checkpoint);
    expect([fake.tried(), it_.problems, it_.quarantined, [...it_.refused]]).toEqual([1, 2, 2, [bad.id]]);
    const { header } = fake.taken[0]!;
    expect(header).toMatchObject({ read: 2, checkpoint });
    expect(header.problems[1]).toMatchObject({
      reason: 'PoisonedRecord',
      record: bad.id,
      number: bad.number,
      order: { id: bad.id, number: bad.number, reference: 'R' },
    });
    expect(header.problems[1]!.message).toBe(
      `order ${bad.number} cannot be taken: the SKU "${'S'.repeat(40)}…" has 300 characters, 253 is the most. Mend it at the shop, it is then taken by itself`,
    );
  });

  it('is a problem even where it is its own number that is too long', async () => {
    const fake = fakeHub();
    const it_ = poster(fake.hub);
    await it_.post([location(long('L')), location('2')], []);
    expect(fake.ids()).toEqual(['2']);
    expect(fake.taken[0]!.header.problems.map(({ record }) => record.length)).toEqual([253]);
  });
});

describe('a poisoned record', () => {
  it('is found among 100, set aside with its name, and the rest goes on', async () => {
    const fake = fakeHub();
    const it_ = poster(fake.hub);
    await it_.post(page(100, [37]), [problem('x')], checkpoint);
    expect(
      fake
        .ids()
        .map(Number)
        .toSorted((a, b) => a - b),
    ).toEqual(Array.from({ length: 100 }, (_, index) => index).filter((index) => index !== 37));
    const problems = fake.taken.flatMap(({ header }) => header.problems);
    expect(problems).toEqual([
      {
        severity: 'Error',
        reason: 'PoisonedRecord',
        record: 'location:37',
        message: expect.stringContaining('bad row'),
        payload: expect.stringContaining('"id":"37"'),
      },
      problem('x'),
    ]);
    expect([it_.changed, it_.problems]).toEqual([99, 2]);
    expect(fake.tried()).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(100)) + 3);
  });

  it('is called by the id that every feed calls it by: an order with its number, a stock level SKU@location', async () => {
    const fake = fakeHub();
    await poster(fake.hub).post([{ ...order('77'), note: 'POISON' }], []);
    await poster(fake.hub).post(
      [{ kind: 'stock', variantId: 'v1', locationId: 'main', sku: 'POISON-MUG', onHand: 1, available: 1 }],
      [],
    );
    expect(fake.taken.flatMap(({ header }) => header.problems).map(({ record, number }) => [record, number])).toEqual([
      ['o-77', '77'],
      ['POISON-MUG@main', undefined],
    ]);
  });

  it('alone on its page still moves the checkpoint on', async () => {
    const fake = fakeHub();
    await poster(fake.hub).post(page(1, [0]), [problem('x')], checkpoint);
    expect(fake.taken).toHaveLength(1);
    expect(fake.taken[0]!.header).toMatchObject({
      sequence: 1,
      checkpoint,
      problems: [problem('x'), { reason: 'PoisonedRecord' }],
    });
  });

  it('wherever and however many there are: nothing is lost or doubled, numbers have no gap, the checkpoint comes last and once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.array(fc.nat(59)), async (count, poisoned) => {
        const fake = fakeHub();
        await poster(fake.hub).post(page(count, poisoned), [], checkpoint);
        const set = new Set(poisoned.filter((index) => index < count).map(String));
        const named = fake.taken.flatMap(({ header }) => header.problems.map(({ record }) => record));
        expect(named.toSorted()).toEqual([...set].map((id) => `location:${id}`).toSorted());
        expect(fake.ids().toSorted()).toEqual(
          page(count)
            .flatMap((record) => ('id' in record && !set.has(record.id) ? [record.id] : []))
            .toSorted(),
        );
        expect(fake.taken.map(({ header }) => header.sequence)).toEqual(fake.taken.map((_, index) => index + 1));
        expect(fake.taken.flatMap(({ header }, index) => (header.checkpoint ? [index] : []))).toEqual([
          fake.taken.length - 1,
        ]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('another refusal', () => {
  it.each<[string, Error]>([
    ['a lost lease', new HubRefusal(409, 'LeaseLost', 'taken over')],
    ['a hub that is not there', new HubUnreachable('gone')],
  ])('is passed on and not halved: %s', async (_what, error) => {
    const fake = fakeHub(() => error);
    await expect(poster(fake.hub).post(page(10), [])).rejects.toBe(error);
    expect(fake.tried()).toBe(1);
  });

  it('is passed on where no record can be at fault', async () => {
    const error = new HubRefusal(422, 'BadRow', 'the checkpoint');
    const fake = fakeHub(() => error);
    await expect(poster(fake.hub).post([], [problem('x')])).rejects.toBe(error);
    expect(fake.tried()).toBe(1);
  });

  it('leaves the number of the batch free', async () => {
    let refuse = true;
    const fake = fakeHub(() => (refuse ? new HubRefusal(429, 'Busy', 'later') : undefined));
    const it_ = poster(fake.hub);
    await expect(it_.post(page(1), [])).rejects.toThrow('later');
    refuse = false;
    await it_.post(page(1), []);
    await it_.post(page(1), []);
    expect(fake.taken.map(({ header }) => header.sequence)).toEqual([1, 2]);
  });
});
