import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { queueHook } from '../../../hub/inbound/hook-queue.ts';
import { endWhatIsOver } from '../../../hub/retention/keeper.ts';
import type { PrivacyRequest } from '../../../model/privacy.ts';
import { HubRig, type TestPod, type TestStore } from '../../support/hub-rig.ts';
import { line, product } from '../../support/memory-store.ts';
import { ownDatabase } from '../../support/postgres.ts';
import { CANARY, closed, NO_HOUR, personal, tracesIn } from './persons.ts';

jest.setTimeout(60_000);

let rig: HubRig;
let store: TestStore;
let pod: TestPod;
let hooks = 0;

beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase(), { clock: NO_HOUR });
});
afterAll(async () => rig.stop());
beforeEach(async () => {
  await rig.db.execute('DELETE FROM connections');
  await rig.db.execute('DELETE FROM problems');
  store = await rig.store({});
  pod = await store.connect('shop', { credential: 'key' });
  await pod.send('ProductImport', [product('p', ['A'])]);
});

/** A webhook came in, and the pod found in it what the law asks. */
async function asked(...privacy: PrivacyRequest[]): Promise<void> {
  await queueHook(rig.db, pod.connectionId, { 'webhook-id': `h${++hooks}` }, Buffer.from('{"email":"canary"}'));
  const waiting = await pod.client.claimHooks(10);
  await pod.client.settleHooks(waiting.map(({ id }) => ({ id, accepted: true, privacy })));
}
const persons = async () =>
  (await rig.db.query<{ number: string }>('SELECT number FROM orders WHERE customer_email IS NOT NULL ORDER BY 1')).map(
    ({ number }) => number,
  );
const hourly = () => endWhatIsOver(rig.db, new Map());
const problems = async () => (await store.api('GET', '/problems')).body.items as Record<string, unknown>[];

describe('what a platform passes on for the law', () => {
  it('erases a customer at once from orders that are closed, and says where it was asked for', async () => {
    await pod.send('OrderImport', [personal('1', closed), personal('2', closed), personal('3', closed)]);
    await asked({ ask: 'erase', orders: ['o-1', 'o-2'] });
    expect(await persons()).toEqual(['3']);
    expect((await tracesIn(rig.db)).filter((trace) => !/o-3/.test(trace))).toEqual([]);
    const { body: history } = await store.api('GET', `/orders/${pod.connectionId}.o-1/history`);
    expect(JSON.stringify(history)).toContain('personal data erased: asked for at the shop');

    // Read again, and asked again: it does not come back, and is said once.
    await pod.send('OrderUpdate', [personal('1', { ...closed, note: 'canary', updatedAt: '2026-11-20T00:00:00Z' })]);
    await asked({ ask: 'erase', orders: ['o-1'] });
    expect(await persons()).toEqual(['3']);
    const again = JSON.stringify((await store.api('GET', `/orders/${pod.connectionId}.o-1/history`)).body);
    expect(again.match(/asked for at the shop/g)).toHaveLength(1);
    expect(await rig.db.query('SELECT 1 FROM erasures')).toEqual([]);
  });

  it('waits for an open order, which is to be shipped, and for one that is not here yet', async () => {
    await pod.send('OrderImport', [personal('1')]);
    await asked({ ask: 'erase', orders: ['o-1', 'o-2'] });
    await pod.send('OrderImport', [personal('2')]);
    await hourly();
    expect(await persons()).toEqual(['1', '2']);
    await pod.send('OrderUpdate', [personal('1', closed), personal('2', closed)]);
    await hourly();
    expect(await persons()).toEqual([]);
    expect(await tracesIn(rig.db)).toEqual([]);
  });

  it('waits for an order that was rejected and may still be taken: it would be sent to nobody', async () => {
    await pod.send('OrderImport', [personal('1', { lines: [line('1', 'LATER', 1)] })]);
    await asked({ ask: 'erase', orders: ['o-1'] });
    expect(await persons()).toEqual(['1']);
    await pod.send('ProductImport', [product('q', ['LATER'])]);
    await hourly();
    expect(await persons()).toEqual(['1']);
  });

  it('erases all customers of a shop that ended, and of no other', async () => {
    const other = await store.connect('other', { credential: 'key', catalogue: false });
    await pod.send('OrderImport', [personal('1', closed), personal('2')]);
    await other.send('OrderImport', [personal('9', closed)]);
    await asked({ ask: 'eraseShop' });
    expect(await persons()).toEqual(['2', '9']);
    await pod.send('OrderUpdate', [personal('2', { state: 'Cancelled' })]);
    await hourly();
    expect(await persons()).toEqual(['9']);
  });

  it('tells a person of a question, with the numbers of its orders and nobody in it, until the time for it is over', async () => {
    await pod.send('OrderImport', [personal('1'), personal('2')]);
    const question = { ask: 'disclose', reference: '9999', orders: ['o-1', 'o-2', 'o-unknown'] } as const;
    await asked(question);
    await asked(question);
    const open = await problems();
    expect(open).toHaveLength(1);
    expect(open[0]).toMatchObject({
      reason: 'DataRequested',
      severity: 'Error',
      message: expect.stringContaining('with orders 1, 2 asks at the shop'),
    });
    expect(JSON.stringify(open)).not.toMatch(CANARY);
    await hourly();
    expect(await problems()).toHaveLength(1);
    await rig.db.execute("UPDATE problems SET last_seen_at = now() - interval '31 days'");
    await hourly();
    expect(await problems()).toEqual([]);
  });

  it('does nothing of a webhook that was refused', async () => {
    await pod.send('OrderImport', [personal('1', closed)]);
    await queueHook(rig.db, pod.connectionId, { 'webhook-id': 'forged' }, Buffer.from('{}'));
    const [forged] = await pod.client.claimHooks(10);
    const refused = { accepted: false, reason: 'SignatureInvalid', privacy: [{ ask: 'eraseShop' as const }] };
    await pod.client.settleHooks([{ id: forged!.id, ...refused }]);
    expect(await persons()).toEqual(['1']);
  });
});
