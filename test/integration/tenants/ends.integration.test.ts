import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { purgeConnection, TABLES_OF_CONNECTIONS } from '../../../hub/pods/purge.ts';
import { ENDS, LIVE_AS_LONG_AS_THEIR_OWNER, OF_THE_INSTALLATION } from '../../../hub/retention/ends.ts';
import { endWhatIsOver } from '../../../hub/retention/keeper.ts';
import { HubRig, type TestPod, type TestStore } from '../../support/hub-rig.ts';
import { level, line, order, product } from '../../support/memory-store.ts';
import { ownDatabase } from '../../support/postgres.ts';
import { CANARY, closed, NO_HOUR, personal, tracesIn } from './persons.ts';

jest.setTimeout(60_000);

let rig: HubRig;
beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase(), { clock: NO_HOUR });
});
afterAll(async () => rig.stop());

const traces = () => tracesIn(rig.db);

async function filled(spec = {}): Promise<{ store: TestStore; pod: TestPod }> {
  const store = await rig.store(spec);
  const pod = await store.connect('shop', { credential: 'key' });
  await pod.send('ProductImport', [product('p', ['A'])]);
  await pod.send('StockImport', [level('A', 10)]);
  return { store, pod };
}

describe('deletion of a connection', () => {
  it('takes all that is of it: kept answers, tokens and every row of every table', async () => {
    const { store, pod } = await filled();
    await pod.send('OrderImport', [personal('P1')]);
    const id = `${pod.connectionId}.o-P1`;
    expect((await store.api('POST', `/orders/${id}/acknowledge`, {}, { 'idempotency-key': 'one' })).status).toBe(200);
    await pod.client.replaceTokens(0, { ciphertext: 'sealed' });
    expect(await traces()).toEqual(expect.arrayContaining([expect.stringMatching(/^idempotency_keys/)]));

    const { deleted } = await purgeConnection(rig.db, pod.key, 'Delete');
    expect(deleted).toBeGreaterThan(5);
    expect(await traces()).toEqual([]);
    expect(await rig.db.query('SELECT 1 FROM token_vault')).toEqual([]);
    expect((await purgeConnection(rig.db, pod.key, 'Delete')).deleted).toBe(0);
  });

  it('leaves tokens that another connection uses, and all of the other', async () => {
    const { store, pod } = await filled();
    const other = await store.connect('other', { credential: 'key', catalogue: false });
    await other.client.replaceTokens(0, { ciphertext: 'sealed' });
    await purgeConnection(rig.db, pod.key, 'Delete');
    expect(await other.client.tokens()).toMatchObject({ ciphertext: 'sealed' });
  });

  it('cannot pass over a table: each falls with its connection or Store, or is of the installation', async () => {
    const tables = await rig.db.query<{ name: string; cascades: boolean }>(
      `WITH RECURSIVE falls AS (
         SELECT oid FROM pg_class WHERE oid IN ('stores'::regclass)
         UNION SELECT k.conrelid FROM pg_constraint k JOIN falls ON k.confrelid = falls.oid WHERE k.contype = 'f' AND k.confdeltype = 'c'),
       of_connections AS (${TABLES_OF_CONNECTIONS})
       SELECT c.relname::text AS name, c.oid IN (SELECT oid FROM falls) OR c.oid IN (SELECT name::regclass FROM of_connections) AS cascades
       FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = to_regnamespace('public') ORDER BY 1`,
    );
    const ending = ENDS.map(({ table }) => table);
    for (const { name, cascades } of tables) {
      const lists = [ending, LIVE_AS_LONG_AS_THEIR_OWNER, OF_THE_INSTALLATION].filter((list) => list.includes(name));
      expect([name, 'is in lists:', lists.length]).toEqual([name, 'is in lists:', 1]);
      expect([name, cascades || OF_THE_INSTALLATION.includes(name)]).toEqual([name, true]);
    }
  });
});

describe('forget', () => {
  it('erases the person of closed orders everywhere, says so without the person, and it does not come back', async () => {
    const { store, pod } = await filled();
    await pod.send('OrderImport', [personal('F1'), personal('F2'), personal('F3')]);
    const id = `${pod.connectionId}.o-F1`;
    const acknowledged = { 'idempotency-key': `ack-${id}` };
    await store.api('POST', `/orders/${id}/acknowledge`, {}, acknowledged);
    await pod.send('OrderUpdate', [personal('F1', closed), personal('F2', closed)]);
    expect((await traces()).length).toBeGreaterThan(3);

    const answer = await store.api(
      'POST',
      '/forget',
      { person: 'CANARY@buyers.example' },
      { 'idempotency-key': 'forget-1' },
    );
    expect(answer).toMatchObject({ status: 200, body: { forgotten: ['F1', 'F2'], open: ['F3'] } });
    expect((await traces()).filter((trace) => !/F3/.test(trace))).toEqual([]);
    const seen = (await store.api('GET', `/orders/${id}`)).body;
    expect(seen).toMatchObject({ cust_po_no: 'F1', shippingAddress: { name: null, country: 'DE' } });
    expect(JSON.stringify(seen)).not.toMatch(CANARY);
    const { body: history } = await store.api('GET', `/orders/${id}/history`);
    expect(JSON.stringify(history)).toContain('personal data erased on request');
    expect(JSON.stringify(history)).not.toMatch(CANARY);
    expect(await store.api('POST', `/orders/${id}/acknowledge`, {}, acknowledged)).toMatchObject({
      status: 410,
      body: { type: 'AnswerForgotten' },
    });

    await pod.send('OrderUpdate', [
      personal('F1', { ...closed, note: 'canary again', updatedAt: '2026-11-20T00:00:00Z' }),
    ]);
    await pod.send('OrderImport', [personal('F2', { ...closed, paymentState: 'Refunded' })]);
    expect((await traces()).filter((trace) => !/F3/.test(trace))).toEqual([]);

    expect(await store.api('POST', '/forget', { order: 'F3' })).toMatchObject({
      status: 409,
      body: { type: 'OrderOpen' },
    });
    await pod.send('OrderUpdate', [personal('F3', { state: 'Cancelled' })]);
    expect(await store.api('POST', '/forget', { order: 'F3' })).toMatchObject({
      status: 200,
      body: { forgotten: ['F3'] },
    });
    expect(await traces()).toEqual([]);
  });

  it('reaches no order of another Store', async () => {
    const [one, two] = [await filled(), await filled()];
    await one.pod.send('OrderImport', [personal('X1', closed)]);
    expect((await two.store.api('POST', '/forget', { person: 'canary@buyers.example' })).body).toEqual({
      forgotten: [],
      open: [],
    });
    expect((await two.store.api('POST', '/forget', { order: 'X1' })).status).toBe(404);
    expect((await traces()).length).toBeGreaterThan(0);
    await purgeConnection(rig.db, one.pod.key, 'Delete');
  });
});

describe('what is kept ends after its time', () => {
  const age = (sql: string) => rig.db.execute(sql);
  const end = async () => {
    const ended = new Map<string, number>();
    await endWhatIsOver(rig.db, ended);
    return Object.fromEntries([...ended].filter(([, rows]) => rows > 0));
  };

  it('the person of orders that are closed for as long as the Store says, and of no others', async () => {
    const short = await filled({ retention: { personalDataDays: 30 } });
    const never = await filled();
    for (const { pod } of [short, never])
      await pod.send('OrderImport', [personal('R1', closed), personal('R2', closed), personal('R3')]);
    await age(`UPDATE orders SET changed_at = now() - interval '31 days' WHERE number IN ('R1', 'R3')`);
    expect(await end()).toEqual({ persons: 1 });
    const left = (
      await rig.db.query<{ number: string; connection_id: number }>(
        'SELECT number, connection_id FROM orders WHERE customer_email IS NOT NULL ORDER BY 1, 2',
      )
    ).map(({ number, connection_id }) => `${number}@${connection_id}`);
    expect(left).toEqual([
      `R1@${never.pod.connectionId}`,
      `R2@${short.pod.connectionId}`,
      `R2@${never.pod.connectionId}`,
      `R3@${short.pod.connectionId}`,
      `R3@${never.pod.connectionId}`,
    ]);
    expect(await end()).toEqual({});
    expect((await short.store.api('GET', `/orders/${short.pod.connectionId}.o-R1/history`)).body.steps).toContainEqual(
      expect.objectContaining({ what: 'personal data erased: its time was over' }),
    );
    for (const { pod } of [short, never]) await purgeConnection(rig.db, pod.key, 'Delete');
  });

  it('history, deliveries, writes, runs, problems, answers, webhooks and quarantine; what is open stays', async () => {
    const { store, pod } = await filled({ orderWebhooks: [{ name: 'wms', url: 'http://127.0.0.1:9/none' }] });
    await pod.send('OrderImport', [
      order('H1', { lines: [line('1', 'A', 1)] }),
      order('H2', { lines: [line('1', 'A', 1)] }),
    ]);
    for (const number of ['H1', 'H2']) {
      await store.api('POST', `/orders/${pod.connectionId}.o-${number}/acknowledge`, {}, { 'idempotency-key': number });
      await store.api('POST', `/orders/${pod.connectionId}.o-${number}/shipments`, {});
    }
    await pod.apply('shipment');
    await pod.send('OrderUpdate', [order('H1', { ...closed, lines: [line('1', 'A', 1)] })]);
    const old = `now() - interval '91 days'`;
    // What an attempt that is under way comes to is not written down any more: it has lost its claim.
    await age(
      `UPDATE deliveries SET claimed_until = NULL, created_at = ${old}, state = CASE order_id WHEN 'o-H1' THEN 'Delivered' ELSE 'Pending' END`,
    );
    await age(`UPDATE outbox SET done_at = ${old} WHERE done_at IS NOT NULL`);
    await age(`UPDATE order_history SET at = ${old}`);
    await age(`UPDATE runs SET started_at = ${old} WHERE result <> 'Running'`);
    await age(`UPDATE idempotency_keys SET created_at = now() - interval '8 days' WHERE key = 'H1'`);
    await age(
      `INSERT INTO inbound_hooks (connection_id, digest, headers, body, received_at) VALUES (${pod.connectionId}, 'a', '{}', 'x', now() - interval '8 days'), (${pod.connectionId}, 'b', '{}', 'x', now())`,
    );
    await age(
      `INSERT INTO quarantine (connection_id, feed_type, record, reason, payload, at) VALUES (${pod.connectionId}, 'OrderImport', 'r', 'x', '{}', now() - interval '31 days')`,
    );
    await age(
      `INSERT INTO problems (connection_id, feed_type, record, kind, reason, severity, message, resolved_at) VALUES (${pod.connectionId}, 'OrderImport', 'r', 'order', 'x', 'Error', 'm', ${old}), (${pod.connectionId}, 'OrderImport', 'q', 'order', 'x', 'Error', 'm', NULL)`,
    );
    const ended = await end();
    expect(Object.keys(ended).sort()).toEqual(
      [
        'deliveries',
        'idempotencyKeys',
        'inboundWebhooks',
        'orderHistory',
        'outbox',
        'problems',
        'quarantine',
        'runs',
      ].filter((what) => what !== 'runs' || 'runs' in ended),
    );
    const left = async (sql: string) => (await rig.db.query<{ one: string }>(sql)).map(({ one }) => one);
    expect(await left(`SELECT DISTINCT order_id AS one FROM deliveries`)).toEqual(['o-H2']);
    expect(await left(`SELECT subject AS one FROM outbox WHERE kind = 'shipment'`)).toEqual(['o-H2']);
    expect(
      await left(`SELECT DISTINCT order_id AS one FROM order_history WHERE at < now() - interval '1 day'`),
    ).toEqual(['o-H2']);
    expect(await left(`SELECT key AS one FROM idempotency_keys WHERE key LIKE 'H_'`)).toEqual(['H2']);
    expect(await left(`SELECT digest AS one FROM inbound_hooks`)).toEqual(['b']);
    expect(await left(`SELECT record AS one FROM problems WHERE reason = 'x'`)).toEqual(['q']);
    expect(
      await left(
        `SELECT count(*)::text AS one FROM runs WHERE feed_type = 'ProductImport' AND connection_id = ${pod.connectionId}`,
      ),
    ).toEqual(['1']);
  });
});
