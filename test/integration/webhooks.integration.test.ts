import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type { HubContext } from '../../hub/base/context.ts';
import { ownDatabase } from '../support/postgres.ts';
import { recordOutcome, type Claimed } from '../../hub/webhooks/outcome.ts';
import { HubRig, receiver, until, type Received, type Receiver, type TestStore } from '../support/hub-rig.ts';
import { order } from '../support/memory-store.ts';

jest.setTimeout(60_000);

let rig: HubRig;
const receivers: Receiver[] = [];

beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase());
});
afterAll(async () => rig.stop());
afterEach(async () => {
  for (const open of receivers.splice(0)) await open.close();
});

async function hooked(answer?: (received: Received) => number): Promise<{ store: TestStore; hook: Receiver }> {
  const hook = await receiver(answer);
  receivers.push(hook);
  return { hook, store: await rig.store(spec(hook.url)) };
}

const spec = (url: string) => ({ orderWebhooks: [{ name: 'wms', url }], allowedPrivateNetworks: ['127.0.0.0/8'] });
const endpoint = async (store: TestStore) => (await store.api('GET', '/webhooks')).body.items[0];
/** As if an hour, or a day, had passed: what waits is due. */
const due = (store: TestStore) =>
  rig.db.query(
    `UPDATE deliveries SET next_attempt_at = now() WHERE store_id = (SELECT id FROM stores WHERE name = $1)`,
    [store.name],
  );
/** What was tried in vain is not tried again by itself, however long the test takes, but when it is made `due`. */
const postpone = (store: TestStore) =>
  until(async () => {
    const rows = await rig.db.query<{ left: boolean }>(
      `UPDATE deliveries SET next_attempt_at = CASE WHEN claimed_until IS NULL THEN now() + interval '1 hour' ELSE next_attempt_at END
       WHERE state = 'Pending' AND attempts > 0 AND store_id = (SELECT id FROM stores WHERE name = $1) RETURNING claimed_until IS NOT NULL AS left`,
      [store.name],
    );
    return rows.length > 0 && rows.every(({ left }) => !left);
  }, 'the failure to be written down');
const move = (store: TestStore, column: string, interval: string) =>
  rig.db.query(
    `UPDATE webhook_endpoints SET ${column} = now() - interval '${interval}' WHERE store_id = (SELECT id FROM stores WHERE name = $1)`,
    [store.name],
  );
const verifies = (secret: string, { headers, body }: Received) => {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
};

describe('rotating the secret of an endpoint', () => {
  it('signs with both secrets for a day, so that a receiver with either one goes on, and then with the new one alone', async () => {
    const { store, hook } = await hooked();
    const pod = await store.connect('shop', { catalogue: false });
    const before = await endpoint(store);
    expect(before).toMatchObject({ secretVersion: 1, previousSecretValidUntil: null });
    const { body: after } = await store.api('POST', '/webhooks/wms/rotate-secret');
    expect(after).toMatchObject({ secretVersion: 2 });
    expect(after.secret).not.toBe(before.secret);
    expect(Date.parse(after.previousSecretValidUntil) - Date.now()).toBeGreaterThan(23.9 * 3_600_000);
    await pod.send('OrderImport', [order('1')]);
    await until(() => hook.received.length === 1, 'the webhook after rotation');
    expect(hook.received[0]!.headers['webhook-signature']!.split(' ')).toHaveLength(2);
    expect([verifies(before.secret, hook.received[0]!), verifies(after.secret, hook.received[0]!)]).toEqual([
      true,
      true,
    ]);

    await move(store, 'rotated_at', '25 hours');
    expect(await endpoint(store)).toMatchObject({ previousSecretValidUntil: null, secret: after.secret });
    await pod.send('OrderImport', [order('2')]);
    await until(() => hook.received.length === 2, 'the webhook a day later');
    expect([verifies(before.secret, hook.received[1]!), verifies(after.secret, hook.received[1]!)]).toEqual([
      false,
      true,
    ]);
  });

  it('happens once for a repeated request, whose answer is kept without the secret', async () => {
    const { store } = await hooked();
    const answers = [];
    for (const _ of [1, 2])
      answers.push(
        (
          await store.api('POST', '/webhooks/wms/rotate-secret', undefined, {
            'idempotency-key': `rotate-${store.name}`,
          })
        ).body,
      );
    expect(answers.map(({ secretVersion }) => secretVersion)).toEqual([2, 2]);
    const kept = await rig.db.query<{ body: string }>('SELECT body FROM idempotency_keys WHERE key = $1', [
      `rotate-${store.name}`,
    ]);
    expect(kept[0]!.body).not.toContain('whsec_');
  });

  it('names the endpoints there are when it is asked of another', async () => {
    const { store } = await hooked();
    expect(await store.api('POST', '/webhooks/erp/rotate-secret')).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining('the Store has wms') },
    });
  });
});

describe('an endpoint that does not answer', () => {
  it('is disabled after five days without one success, told to the Store once, and gets all that waited when it is enabled', async () => {
    let well = false;
    const { store, hook } = await hooked(() => (well ? 200 : 503));
    const pod = await store.connect('shop', { catalogue: false });
    await pod.send('OrderImport', [order('1')]);
    await until(async () => (await endpoint(store)).failingSince !== null, 'the first failure');
    expect(await endpoint(store)).toMatchObject({ disabledAt: null, lastError: 'the endpoint answered 503' });
    await move(store, 'failing_since', '5 days');
    await due(store);
    await until(async () => (await endpoint(store)).disabledAt !== null, 'the endpoint to be disabled');
    expect((await endpoint(store)).disabledReason).toContain('5 days');
    const told = () => rig.told.filter((line) => line.includes(store.name));
    // It is told once the rows are there for everybody.
    await until(() => told().length > 0, 'the Event');
    expect(told()).toEqual([expect.stringMatching(/Warning WebhookEndpointDisabled.*"wms"/)]);
    expect((await store.api('GET', '/problems')).body.items).toMatchObject([
      {
        reason: 'WebhookEndpointDisabled',
        connection: null,
        feed: null,
        kind: 'webhookEndpoint',
        record: 'wms',
        severity: 'Error',
        message: expect.stringContaining('/webhooks/wms/enable'),
      },
    ]);
    expect(await rig.metrics()).toContain(
      `supercargo_webhook_endpoint_disabled{namespace="test",store="${store.name}",endpoint="wms"} 1`,
    );

    await pod.send('OrderImport', [order('2')]);
    const tried = hook.received.length;
    await due(store);
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect([hook.received.length, (await endpoint(store)).pending]).toEqual([tried, 2]);

    well = true;
    const { body } = await store.api('POST', '/webhooks/wms/enable');
    expect(body).toMatchObject({ disabledAt: null, failingSince: null });
    await until(async () => (await endpoint(store)).pending === 0, 'what waited');
    expect((await endpoint(store)).lastError).toBeNull();
    expect(new Set(hook.received.slice(tried).map(({ event }) => event.data.cust_po_no))).toEqual(new Set(['1', '2']));
    expect((await store.api('GET', '/problems')).body.items).toEqual([]);
    expect(await rig.metrics()).toContain(
      `supercargo_webhook_endpoint_disabled{namespace="test",store="${store.name}",endpoint="wms"} 0`,
    );
  });

  it('is not disabled while it takes one now and then', async () => {
    const { store } = await hooked(({ event }) => (event.data.cust_po_no === 'good' ? 200 : 503));
    const pod = await store.connect('shop', { catalogue: false });
    await pod.send('OrderImport', [order('bad')]);
    await until(async () => (await endpoint(store)).failingSince !== null, 'a failure');
    // Tried again now, it would be one failure more after six days.
    await postpone(store);
    await move(store, 'failing_since', '6 days');
    await pod.send('OrderImport', [order('good')]);
    await until(async () => (await endpoint(store)).failingSince === null, 'the success');
    await due(store);
    await until(async () => (await endpoint(store)).failingSince !== null, 'another failure');
    expect((await endpoint(store)).disabledAt).toBeNull();
  });

  it('is disabled at once by 410 Gone, loses nothing, and comes back by itself with another url in the Store', async () => {
    const { store, hook } = await hooked(() => 410);
    const pod = await store.connect('shop', { catalogue: false });
    await pod.send('OrderImport', [order('1')]);
    await until(async () => (await endpoint(store)).disabledAt !== null, 'the endpoint to be disabled');
    expect(await endpoint(store)).toMatchObject({
      pending: 1,
      dead: 0,
      disabledReason: expect.stringContaining('410'),
    });
    await store.put({ ...spec(hook.url), title: 'Another title' });
    expect((await endpoint(store)).disabledAt).not.toBeNull();
    const moved = await receiver();
    receivers.push(moved);
    await store.put(spec(moved.url));
    await until(() => moved.received.length === 1, 'what waited, at the new url');
    expect((await endpoint(store)).disabledAt).toBeNull();
    expect((await store.api('GET', '/problems')).body.items).toEqual([]);
  });
});

describe('a replay', () => {
  it('counts first, takes the time range and states that are asked for, and sends under the same id', async () => {
    const { store, hook } = await hooked();
    const pod = await store.connect('shop', { catalogue: false });
    await pod.send('OrderImport', [order('1'), order('2'), order('3')]);
    await until(async () => hook.received.length === 3 && (await endpoint(store)).pending === 0, 'all three');
    await rig.db.query(
      `UPDATE deliveries SET created_at = '2026-03-01T12:00:00Z' WHERE order_id = 'o-2' AND connection_id = $1`,
      [pod.connectionId],
    );
    const range = { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' };
    const replay = async (body: object) => (await store.api('POST', '/webhooks/wms/replay', body)).body;
    expect(await replay({ ...range, states: ['Delivered'], dryRun: true })).toEqual({ replayed: 1, dryRun: true });
    expect(await replay(range)).toEqual({ replayed: 0, dryRun: false });
    // Dead letters alone, of all times: as the runbook has it typed, without a body.
    expect((await store.api('POST', '/webhooks/wms/replay')).body).toEqual({ replayed: 0, dryRun: false });
    expect(hook.received).toHaveLength(3);
    expect(await replay({ ...range, states: ['Delivered'] })).toEqual({ replayed: 1, dryRun: false });
    await until(() => hook.received.length === 4, 'the replayed one');
    const again = hook.received[3]!;
    expect(again.headers['webhook-id']).toBe(
      hook.received.find(({ event }) => event.data.cust_po_no === '2')!.headers['webhook-id'],
    );
    expect(await store.api('POST', '/webhooks/wms/replay', { from: range.to, to: range.from })).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('must be later than from') },
    });
  });

  it('keeps the events of an order in order: a later one waits while the first fails', async () => {
    let refused = 0;
    const { store, hook } = await hooked(({ event }) => (event.type === 'order.created' && refused++ < 1 ? 503 : 200));
    const pod = await store.connect('shop', { catalogue: false });
    await pod.send('OrderImport', [order('1')]);
    await until(() => hook.received.length === 1, 'the refused first event');
    await postpone(store);
    await pod.send('OrderUpdate', [order('1', { state: 'Cancelled', updatedAt: '2026-02-02T00:00:00Z' })]);
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(hook.received.map(({ event }) => event.type)).toEqual(['order.created']);
    await due(store);
    await until(() => hook.received.length === 3, 'both events');
    expect(hook.received.slice(1).map(({ event }) => event.type)).toEqual(['order.created', 'order.cancelled']);

    await until(async () => (await endpoint(store)).pending === 0, 'both to be written down as delivered');
    hook.received.length = 0;
    refused = 0;
    await store.api('POST', '/webhooks/wms/replay', { states: ['Delivered'] });
    await until(() => hook.received.length === 1, 'the first event, refused again');
    await postpone(store);
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(hook.received.map(({ event }) => event.type)).toEqual(['order.created']);
    await due(store);
    await until(() => hook.received.length === 3, 'both events again');
    expect(hook.received.slice(1).map(({ event }) => event.type)).toEqual(['order.created', 'order.cancelled']);
  });
});

describe('a worker that was stopped and comes late', () => {
  it('neither undoes what another delivered, nor takes its claim, nor counts twice', async () => {
    const { store, hook } = await hooked(() => 500);
    const pod = await store.connect('shop', { catalogue: false });
    await pod.send('OrderImport', [order('1')]);
    await until(() => hook.received.length === 1, 'the first attempt');
    const state = async () =>
      (
        await rig.db.query<{ state: string; attempts: number; claim: string | null }>(
          `SELECT state, attempts, claimed_until::text AS claim FROM deliveries WHERE store_id = (SELECT id FROM stores WHERE name = $1)`,
          [store.name],
        )
      )[0]!;
    await postpone(store);
    const { attempts } = await state();
    const claim = async (seconds: number) =>
      (
        await rig.db.query<Claimed>(
          `UPDATE deliveries SET claimed_until = now() + make_interval(secs => $2) WHERE store_id = (SELECT id FROM stores WHERE name = $1)
       RETURNING id, store_id, endpoint, event, connection_id, order_id, attempts, created_at, claimed_until::text AS claim`,
          [store.name, seconds],
        )
      )[0]!;
    const hub = {
      db: rig.db,
      wakeDeliveries: () => undefined,
      emitStoreEvent: () => undefined,
    } as unknown as HubContext;
    const [late, other] = [await claim(60), await claim(90)];
    await recordOutcome(hub, late, { delivered: false, error: 'too late' });
    await recordOutcome(hub, late, { delivered: false, interrupted: true });
    expect(await state()).toEqual({ state: 'Pending', attempts, claim: other.claim });
    await recordOutcome(hub, other, { delivered: true, status: 204 });
    await recordOutcome(hub, late, { delivered: true, status: 204 });
    await recordOutcome(hub, late, { delivered: false, status: 500, error: 'too late' });
    expect(await state()).toEqual({ state: 'Delivered', attempts: attempts + 1, claim: null });
  });
});
