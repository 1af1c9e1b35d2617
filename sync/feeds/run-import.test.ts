import { describe, expect, it } from '@jest/globals';
import { retry, type Driver, type Page } from '../../drivers/contract/index.ts';
import { decodeBatch, type Checkpoint } from '../../model/batch.ts';
import { order } from '../../test/support/memory-store.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import type { HubClient } from '../hub-client.ts';
import { runImport } from './run-import.ts';

const SINCE = '2026-01-01T00:00:00.000Z';

async function importFrom(pages: readonly Page[], checkpoint: Checkpoint, more: Partial<Driver> = {}) {
  const driver = { async *read() { yield* pages; }, ...more } as unknown as Driver;
  const posted: number[] = [];
  const hub = { batch: async (_run: string, bytes: Buffer) => { posted.push(decodeBatch(bytes).header.read); return { changed: 1, repeated: false }; } } as unknown as HubClient;
  const clock = new ManualClock('2026-03-01T00:00:00Z');
  const result = await runImport(
    { feed: 'OrderImport', runId: 'r', checkpoint, support: { type: 'OrderImport', cursor: { kind: 'changes' }, maxPageSize: 10 }, pageSize: 10, signal: new AbortController().signal },
    { driver, hub, clock, decideOrder: () => ({ intake: 'Accepted', custRef: 'x' }), storeNow: () => clock.now() },
  );
  return { ...result, posted };
}

describe('runImport', () => {
  const page = (total: number): Page => ({ records: [order('1'), order('2')], resume: '2', end: true, total });

  it('moves the position when as many came as were announced', async () => {
    const { outcome, checkpoint } = await importFrom([page(2)], { since: SINCE });
    expect([outcome.result, checkpoint!.since]).toEqual(['Succeeded', '2026-02-01T08:00:00.000Z']);
  });

  it('moves it too when the store fails in the middle of the completeness check, which comes again with the next run', async () => {
    const failing = { count: async () => { throw retry('StoreUnavailable', 'HTTP 500'); }, ids: async function* () { yield []; } };
    const { outcome, checkpoint } = await importFrom([page(2)], { since: SINCE }, failing);
    expect([outcome.result, outcome.message]).toEqual(['Succeeded', 'the completeness check comes again with the next run: HTTP 500']);
    expect([checkpoint!.since, checkpoint!.censusAt]).toEqual(['2026-02-01T08:00:00.000Z', undefined]);
  });

  it('keeps what came, and the position, when fewer came than were announced', async () => {
    const { outcome, checkpoint, posted } = await importFrom([page(3)], { since: SINCE });
    expect([outcome.result, outcome.reason, posted]).toEqual(['Unproven', 'CountDiffers', [2]]);
    expect(checkpoint).toEqual({ since: SINCE, shortBy: 1 });
  });
});
