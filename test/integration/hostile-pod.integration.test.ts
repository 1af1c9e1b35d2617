import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { BATCH_CONTENT_TYPE, BATCH_VERSION, encodeBatch, type BatchSegment } from '../../model/batch.ts';
import { BatchEncoder } from '../../model/encode.ts';
import type { CanonicalRecord } from '../../model/records.ts';
import { HubRig, type TestPod, type TestStore } from '../support/hub-rig.ts';
import { level, line, order, product } from '../support/memory-store.ts';
import { ownDatabase } from '../support/postgres.ts';

// A pod may run a tenant's own driver, or be one: what it sends is refused or taken, and harms nobody else.
jest.setTimeout(120_000);

const MANY = { perSecond: 1e6, burst: 1e6 };

let rig: HubRig;
let store: TestStore;
let pod: TestPod;

beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase(), { limits: { key: MANY, address: MANY } });
  store = await rig.store({ orderWebhooks: [{ name: 'wms', url: 'http://127.0.0.1:9/' }] });
  pod = await store.connect();
  await pod.send('ProductImport', [product('p', ['A', 'B'])]);
});
afterAll(async () => rig.stop());

const RECORDS: readonly CanonicalRecord[] = [
  order('1', { note: 'tab\tand \\ ü', lines: [line('1', 'A', 2), line('2', 'B', 1)] }),
  order('2'),
  product('q', ['C']),
  level('A', 5),
];

function good(): readonly BatchSegment[] {
  const encoder = new BatchEncoder();
  for (const record of RECORDS) encoder.add(record, ({ number }) => ({ intake: 'Accepted', custRef: number }));
  return encoder.segments();
}

/** Where in a segment, in ten-thousandths, and what is put there in place of so many bytes. */
const damage = fc.record({
  segment: fc.nat({ max: 9 }),
  at: fc.nat({ max: 9999 }),
  remove: fc.nat({ max: 30 }),
  put: fc.array(
    fc.constantFrom('\t', '\n', '\\', '\\N', '\0', '\\.', '\\x00', '{', '"', '-', '9'.repeat(30), 'NaN', 'é', '\n\n'),
    { maxLength: 3 },
  ),
});

type Damage = typeof damage extends fc.Arbitrary<infer D> ? D : never;

function damaged({ data, ...segment }: BatchSegment, { at, remove, put }: Damage): BatchSegment {
  const from = Math.floor((at / 10_000) * data.length);
  const bytes = Buffer.concat([data.subarray(0, from), Buffer.from(put.join('')), data.subarray(from + remove)]);
  return { ...segment, data: bytes };
}

async function run(): Promise<string> {
  const { runId } = await pod.client.startRun({
    ...{ feed: 'orderimport', feedType: 'OrderImport', trigger: 'Requested' },
    holder: `test/${randomUUID()}`,
  });
  return runId;
}

/** Taken, or refused as the pod's own fault. */
async function harmless(path: string, bytes: Buffer, type?: string): Promise<void> {
  const answer = await pod.raw(path, bytes, type);
  if (answer.status >= 500) throw new Error(`${answer.status} ${answer.text}`);
}

/** Everybody else is served. */
async function othersAreServed(): Promise<void> {
  expect((await store.api('GET', '/orders?limit=5')).status).toBe(200);
}

/** Deeper than JSON.stringify goes; it stands where the word does. */
const DEEP = '['.repeat(20_000) + ']'.repeat(20_000);
const jsonOf = (value: unknown): string => JSON.stringify(value).replaceAll('"DEEP"', DEEP);

/** What a value is replaced with. */
const HOSTILE: readonly unknown[] = [
  ...['', '\0', 'a\0b', '\ud800', 'x'.repeat(250), 'x'.repeat(9000), '1e400', 'NaN', '__proto__', "'; --"],
  ...['0000-00-00T00:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', '+275760-09-13T00:00:00Z'],
  ...[-1, 0, 0.5, 1e15, 9007199254740991, 1e300, -1e300, true, null],
  'DEEP',
  ...[[], {}, [null], [[]], { toString: 1 }, { '\0': '\0' }, Array.from({ length: 600 }, (_, id) => ({ id }))],
];

/** Paths to every value in a body, itself too. */
function placesIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  const inner = value as Record<string, unknown>;
  const changed = replaced(inner[key], rest, by);
  return Array.isArray(inner) ? inner.with(Number(key), changed) : { ...inner, [key]: changed };
}

const NOW = '2026-02-01T08:00:00Z';
const checkpoint = { since: NOW, run: { since: NOW, high: NOW, resume: 'p', began: NOW, reread: 'x' }, shortBy: 1 };
const problem = { severity: 'Error', reason: 'R', record: '1', number: '1', message: 'm', payload: '{}' };

describe('what a hostile pod sends', () => {
  it('rows that are damaged anywhere', async () => {
    const segments = good();
    let sequence = 0;
    const runId = await run();
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), async (damages) => {
        const sent = [...segments];
        for (const one of damages) sent[one.segment % sent.length] = damaged(sent[one.segment % sent.length]!, one);
        const bytes = encodeBatch({ sequence: ++sequence, read: 1, problems: [] }, sent);
        await harmless(`/runs/${runId}/batches`, bytes, BATCH_CONTENT_TYPE);
        await othersAreServed();
      }),
      { numRuns: 300 },
    );
  });

  it('a header of a batch with any value in any place', async () => {
    const runId = await run();
    const segments = good();
    const header = {
      ...{ version: BATCH_VERSION, sequence: 1, read: 1, checkpoint, gone: ['9'] },
      problems: [{ ...problem, order: { id: '7', number: '7', reference: 'r' } }],
      segments: segments.map(({ table, rows, data }) => ({ table, rows, bytes: data.length })),
    };
    for (const place of placesIn(header)) {
      for (const value of HOSTILE) {
        const head = jsonOf(replaced(header, place, value));
        const bytes = Buffer.concat([Buffer.from(`${head}\n`), ...segments.map(({ data }) => data)]);
        await harmless(`/runs/${runId}/batches`, bytes, BATCH_CONTENT_TYPE);
      }
      await othersAreServed();
    }
  });

  const start = { feed: 'orderimport', feedType: 'OrderImport', trigger: 'Requested', holder: 'h', dryRun: false };
  const entry = { id: 1, outcome: 'Submitted', ticket: 't', againMs: 1, result: { externalId: '1' }, reason: 'R' };
  it.each<[string, unknown]>([
    [
      '/session',
      {
        ...{ store: 'store-1', driver: 'memory', mode: 'Production', catalogue: true, exports: ['StockExport'] },
        ...{ credential: 'c', safetyStock: 1, stock: 'OnHand', remedies: { R: 'do it' } },
      },
    ],
    ['/runs', { ...start, resetCheckpoint: true, scoped: true }],
    ['/quiet-runs', { feed: 'stockexport', feedType: 'StockExport', holder: 'h' }],
    ['/runs/RUN/heartbeat', {}],
    ['/replay', { reason: 'UnknownSku', dryRun: false }],
    ['/outbox/claim', { runId: 'RUN', kind: 'stock', limit: 5, release: 'x', submitted: false }],
    [
      '/outbox/results',
      {
        ...{ runId: 'RUN', kind: 'stock' },
        results: [{ ...entry, message: 'm', request: { method: 'PUT', url: 'https://a.example', body: '{}' } }],
      },
    ],
    ['/hooks/claim', { limit: 5 }],
    ['/hooks/results', { results: [{ id: 1, accepted: true, reason: 'R' }] }],
    ['/hooks/subscription', { active: true }],
    [
      '/tokens',
      {
        ...{ scope: 's', expectedVersion: 0 },
        tokens: { ciphertext: 'c', accessExpiresAt: NOW, refreshExpiresAt: NOW },
      },
    ],
    [
      '/budget',
      {
        ...{ remaining: 1, burst: 1, perSecond: 1, at: NOW },
        buckets: { b: { remaining: 1, burst: 1, perSecond: 1, at: NOW } },
      },
    ],
    ['/census/counts', { feed: 'OrderImport', windows: [{ from: NOW, to: NOW }] }],
    [
      '/runs/RUN/finish',
      {
        ...{ result: 'Waiting', message: 'm', goesOnAt: NOW, checkpoint, summary: true },
        counts: { read: 1, changed: 1, problems: 1 },
      },
    ],
  ])('to %s any value in any place', async (path, body) => {
    const bad: string[] = [];
    for (const place of placesIn(body)) {
      for (const value of HOSTILE) {
        const runId = /RUN/.test(path + JSON.stringify(body)) ? await run() : '';
        const sent = jsonOf(replaced(body, place, value)).replaceAll('RUN', runId);
        await harmless(path.replace('RUN', runId), Buffer.from(sent)).catch((error: Error) =>
          bad.push(`${place.join('.')} ${JSON.stringify(value).slice(0, 40)}: ${error.message.slice(0, 150)}`),
        );
      }
      await othersAreServed();
    }
    expect(bad).toEqual([]);
    // What the pods of this Store read next, and what its owner sees, is not broken by it.
    await pod.session();
    await expect(run()).resolves.toBeTruthy();
    for (const list of ['/orders', '/problems', '/runs', '/stock', '/products', '/webhooks'])
      expect([list, (await store.api('GET', list)).status]).toEqual([list, 200]);
  });
});
