import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { FeedType } from '../../model/feeds.ts';
import type { FinishRunRequest, StartRunRequest } from '../../model/sync-api.ts';
import { HubRig, type TestPod, type TestStore } from '../../test/support/hub-rig.ts';
import { ownDatabase } from '../../test/support/postgres.ts';
import { order } from '../../test/support/memory-store.ts';

jest.setTimeout(60_000);

let rig: HubRig;

beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase());
}, 60_000);
afterAll(async () => {
  await rig?.stop();
});

const holder = `pod/${randomUUID()}`;
const quietRun = (pod: TestPod) => pod.client.quietRun({ feed: 'shipments', feedType: 'ShipmentExport', holder });

async function run(
  pod: TestPod,
  finish: Partial<FinishRunRequest> = {},
  start: Partial<StartRunRequest> = {},
  feedType: FeedType = 'OrderImport',
) {
  const { runId } = await pod.client.startRun({ feed: 'orders', feedType, trigger: 'Schedule', holder, ...start });
  return pod.client.finishRun(runId, { result: 'Succeeded', summary: true, ...finish });
}

async function runsOf(store: TestStore, feed: FeedType) {
  const { body } = await store.api('GET', `/runs?feed=${feed}`);
  return body.items as { result: string; repeats: number; repeatsSince: string | null; startedAt: string }[];
}

describe('runs by schedule that find nothing', () => {
  it('are one row that says how many they were and since when, and the feed stays fresh', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await run(pod);
    const [first] = await runsOf(store, 'OrderImport');
    await run(pod);
    const summary = await run(pod);
    const runs = await runsOf(store, 'OrderImport');
    expect(runs).toMatchObject([{ result: 'Succeeded', repeats: 2, repeatsSince: first!.startedAt }]);
    expect(summary).toMatchObject({ runs: [{ repeats: 2 }], lastSuccessAt: summary!.runs[0]!.finishedAt });
  });

  it.each<[string, Partial<FinishRunRequest>, Partial<StartRunRequest>]>([
    ['changed something', { counts: { read: 1, changed: 1, problems: 0 } }, {}],
    ['found a problem', { counts: { read: 1, changed: 0, problems: 1 } }, {}],
    ['failed', { result: 'Failed', message: 'the store is away' }, {}],
    ['said something', { message: 'completeness check: 1 record of the last 30 days differed' }, {}],
    ['was asked for', {}, { trigger: 'Requested' }],
    ['was for a window', {}, { scoped: true }],
    ['was a trial', {}, { dryRun: true }],
  ])('stay apart from one that %s', async (_, finish, start) => {
    const store = await rig.store();
    const pod = await store.connect();
    await run(pod);
    await run(pod, finish, start);
    await run(pod);
    expect((await runsOf(store, 'OrderImport')).map(({ repeats }) => repeats)).toEqual([0, 0, 0]);
  });

  it('leave the last two hundred others where they are', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    for (let index = 0; index < 202; index++) await run(pod, { message: `run ${index}` });
    for (let index = 0; index < 5; index++) await run(pod);
    const { body } = await store.api('GET', '/runs?feed=OrderImport&limit=500');
    expect(body.items.length).toBe(200);
  });
});

describe('an export that is due', () => {
  it('and for which nothing waits is told as a run, without being opened', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await quietRun(pod);
    await quietRun(pod);
    const before = Date.now();
    const summary = await quietRun(pod);
    expect(summary).toMatchObject({ runs: [{ result: 'Empty', repeats: 2 }], problems: { error: 0 } });
    expect(Date.parse(summary!.lastSuccessAt!)).toBeGreaterThanOrEqual(before);
    expect(await runsOf(store, 'ShipmentExport')).toMatchObject([{ result: 'Empty', repeats: 2 }]);
  });

  it.each(['Production', 'Test'] as const)('has to be opened where a parcel waits (mode %s)', async (mode) => {
    const store = await rig.store();
    const pod = await store.connect('shop', { mode, catalogue: false });
    await pod.send('OrderImport', [order(`A-${mode}`)]);
    const { body } = await store.api('GET', '/orders');
    const asked = { 'idempotency-key': randomUUID() };
    const told = await store.api('POST', `/orders/${body.items[0].id}/shipments`, { trackingCode: 'T-1' }, asked);
    expect(told.status).toBe(201);
    expect(await quietRun(pod)).toBeUndefined();
    const { entries } = await pod.claim('shipment', 10);
    expect(await quietRun(pod)).toBeUndefined();
    const result = mode === 'Test' ? ({ outcome: 'Held' } as const) : ({ outcome: 'Submitted', ticket: 't' } as const);
    await pod.results('shipment', [{ id: entries[0]!.id, ...result }]);
    expect(await quietRun(pod)).toBeUndefined();
  });

  it('has to be opened while another has the run, or the hub knows no session', async () => {
    const pod = await (await rig.store()).connect();
    await quietRun(pod);
    const { runId } = await pod.client.startRun({
      ...{ feed: 'shipments', feedType: 'ShipmentExport', trigger: 'Schedule' },
      holder: 'other/1',
    });
    expect(await quietRun(pod)).toBeUndefined();
    await pod.client.finishRun(runId, { result: 'Succeeded' });
    await rig.db.query('UPDATE connections SET registered = false WHERE id = $1', [pod.connectionId]);
    expect(await quietRun(pod)).toBeUndefined();
    await expect(run(pod)).rejects.toMatchObject({ reason: 'NoSession' });
  });
});

describe('a connection whose number a hub remembers', () => {
  it('that was made anew under its name is met by its new number', async () => {
    const store = await rig.store();
    const pod = await store.connect();
    await run(pod);
    // As another replica does it: this hub hears nothing of it.
    await rig.db.query('UPDATE connections SET retired = true WHERE id = $1', [pod.connectionId]);
    await rig.db.query(
      `INSERT INTO connections (kind, namespace, name, store_id, driver, mode, catalogue, registered)
       SELECT kind, namespace, name, store_id, driver, mode, catalogue, true FROM connections WHERE id = $1`,
      [pod.connectionId],
    );
    await run(pod);
    const [{ of }] = (await rig.db.query(
      'SELECT c.retired AS of FROM runs r JOIN connections c ON c.id = r.connection_id ORDER BY r.started_at DESC LIMIT 1',
    )) as [{ of: boolean }];
    expect(of).toBe(false);
  });

  it('keeps its hints while the hub knows no session of it: the pod opens one first', async () => {
    const pod = await (await rig.store()).connect();
    await run(pod);
    await rig.db.query(`INSERT INTO hints (connection_id, feed_type) VALUES ($1, 'OrderImport')`, [pod.connectionId]);
    await rig.db.query('UPDATE connections SET registered = false WHERE id = $1', [pod.connectionId]);
    await expect(pod.client.hints(new AbortController().signal)).rejects.toMatchObject({ reason: 'NoSession' });
    await pod.session();
    expect((await pod.client.hints(new AbortController().signal)).feeds).toEqual(['OrderImport']);
  });

  it('is left alone by a run of another: a second start is refused while the first has the lease', async () => {
    const pod = await (await rig.store()).connect();
    const start = { feed: 'orders', feedType: 'OrderImport', trigger: 'Schedule' } as const;
    await pod.client.startRun({ ...start, holder: 'one/1' });
    await expect(pod.client.startRun({ ...start, holder: 'two/1' })).rejects.toMatchObject({ reason: 'RunLeased' });
    await expect(pod.client.startRun({ ...start, holder: 'one/2' })).resolves.toMatchObject({});
  });
});
