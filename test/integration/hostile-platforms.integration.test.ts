import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import type { DriverDefinition } from '../../drivers/contract/index.ts';
import { builtinDrivers } from '../../drivers/registry.ts';
import { systemClock } from '../../kit/clock.ts';
import { hookUrl } from '../../hub/base/hook-url.ts';
import { webhookMasterKey } from '../../hub/base/secrets.ts';
import { createLogger } from '../../kit/log.ts';
import type { FeedType } from '../../model/feeds.ts';
import { wires } from '../../simulator/wires/index.ts';
import { LocalRig } from '../support/local-rig.ts';
import { ownDatabase } from '../support/postgres.ts';
import { expectNone, outputsOf } from './hostile/outputs.ts';
import { HostilePlatform, type Mood } from './hostile/platform.ts';

jest.setTimeout(180_000);

/** How a call is refused: with which status, and in which form. */
const REFUSALS = [
  ...([200, 403, 422, 500] as const).map((status) => [status, 'json'] as const),
  ...([302, 401] as const).map((status) => [status, 'page'] as const),
];
/** Feeds whose runs are asked for again; the rest come with them or once. */
const READS: readonly FeedType[] = ['ProductUpdate', 'OrderUpdate', 'OrderImport', 'StockImport', 'DataModelSync'];
const WRITES: readonly FeedType[] = ['StockExport', 'ShipmentExport', 'PriceExport'];

type Case = readonly [name: string, by: 'key' | 'client', definition: DriverDefinition];
const CASES: readonly Case[] = [...builtinDrivers().values()].flatMap((definition): Case[] => {
  const { name } = definition.manifest;
  const byClient: Case[] = wires().get(name)!.subject.client ? [[name, 'client', definition]] : [];
  return [[name, 'key', definition], ...byClient];
});

describe.each(CASES)('the driver %s, by a %s', (name, by, definition) => {
  const wire = wires().get(name)!;
  const supported = definition.manifest.feeds.map(({ type }) => type);
  const logged: string[] = [];
  let platform: HostilePlatform;
  let rig: LocalRig;

  beforeAll(async () => {
    platform = new HostilePlatform(wire, by);
    const url = await platform.listen();
    const stream = new Writable({ write: (chunk: Buffer, _encoding, done) => (logged.push(chunk.toString()), done()) });
    rig = await LocalRig.start({
      db: await ownDatabase(),
      definition,
      feeds: supported,
      connection: { settings: wire.subject.settings(url), driver: name },
      secret: { ...platform.secrets },
      log: createLogger('test', 'trace', stream),
    });
    rig.startEngine();
    for (const type of ['ProductImport', 'OrderImport'] as const)
      await rig.until(
        () => rig.feed(type)['lastSuccess'] !== undefined || rig.feed(type)['lastRun'] !== undefined,
        type,
        60_000,
      );
  });
  afterAll(async () => {
    await rig?.stop();
    platform?.close();
  });

  const recent = (type: FeedType): string => JSON.stringify(rig.feed(type)['recentRuns'] ?? null);
  const isOpen = (): boolean =>
    ['Reachable', 'CredentialValid'].every((type) => rig.condition(type)?.status === 'True');

  /** Honest for as long as a check takes: what was refused before closed the gate, and then nothing is asked at all. */
  async function reopen(): Promise<void> {
    platform.mood = { is: 'honest' };
    for (const deadline = Date.now() + 60_000; ;) {
      const asked = randomUUID();
      rig.world.annotate('Connection', 'default', 'shop', { 'supercargo.dev/test-requested-at': asked });
      const status = () => rig.world.get('Connection', 'default', 'shop')?.status;
      await rig.until(() => status()?.['lastHandledTestRequest'] === asked, 'a check', 60_000);
      if (isOpen()) return;
      if (Date.now() > deadline) throw new Error(`never open again: ${JSON.stringify(status())}`);
    }
  }

  /** Opens the gate, then asks feeds for a run in the mood, and waits until each has had one or the gate has closed. */
  async function runs(mood: Mood, types: readonly FeedType[]): Promise<void> {
    await reopen();
    const asked = types.filter((type) => supported.includes(type)).map((type) => [type, recent(type)] as const);
    platform.mood = mood;
    for (const [type] of asked) rig.requestRun(type);
    const began = Date.now();
    const left = () => asked.filter(([type, before]) => recent(type) === before).length;
    // Some do not come at all: a gate that closes lets no run begin. One is waited for; odd fields close few gates, and
    // a busy machine takes its time.
    const others = mood.is === 'odd' ? 5000 : 500;
    const waits = () => (left() === asked.length ? 20_000 : left() > 0 ? others : 0);
    while (Date.now() - began < waits()) await systemClock.sleep(50);
    // Met, or it proves nothing; what a refusal says is asked for by a run, not by a look at the condition alone.
    expect(platform.spoilt).toBeGreaterThan(0);
    expect(asked.filter(([type, before]) => recent(type) !== before)).not.toEqual([]);
  }

  it('gives nothing that a field of an answer says to a log, Event, status, metric, problem or file', async () => {
    await runs({ is: 'odd' }, READS);
    expect(platform.spoilt).toBeGreaterThan(2);
    const found = await outputsOf(rig, logged);
    expect(found['rows']!.length).toBeGreaterThan(3);
    expect(found['logged']!.length).toBeGreaterThan(3);
    expectNone(found, platform.heard);
  });

  it.each(REFUSALS)('nor what a refusal with status %d says in its %s, to a read or a write', async (status, as) => {
    await reopen();
    const [one] = (await rig.api('GET', '/orders')).body.items as { id: string }[];
    const [level] = (await rig.api('GET', '/stock')).body.items as { sku: string }[];
    if (level) await rig.api('POST', '/stock', { levels: [{ sku: level.sku, quantity: status }] });
    if (one) await rig.api('POST', `/orders/${one.id}/shipments`, { trackingCode: `T${status}${as}` });
    await runs({ is: 'refusing', status, as }, [...WRITES, ...READS.slice(0, 2)]);
    expectNone(await outputsOf(rig, logged), platform.heard);
  });

  it.each(['telling', 'garbled'] as const)('nor what its headers say (%s)', async (is) => {
    await runs({ is }, READS);
    expectNone(await outputsOf(rig, logged), platform.heard);
  });

  it('nor what a webhook says, signed or not', async () => {
    await reopen();
    const { said, saidPlainly } = platform;
    const headers = Object.fromEntries(
      ['webhook-id', 'webhook-signature', 'x-shopify-topic', 'x-wc-webhook-topic', 'x-any'].map((each) => [
        each,
        saidPlainly,
      ]),
    );
    const [connection] = await rig.db.query<{ id: number }>('SELECT id FROM connections');
    const url = hookUrl(rig.hub.url, await webhookMasterKey(rig.db), connection!.id);
    const signed = platform.hook({ type: 'order.updated', id: said });
    const bodies = [JSON.stringify({ id: said, type: said, data: { id: said } }), said, `{"id":${said}`];
    for (const body of bodies) expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(202);
    if (signed)
      expect((await fetch(url, { method: 'POST', headers: signed.headers, body: signed.body })).status).toBe(202);
    const pending = () => rig.db.query<{ id: number }>(`SELECT id FROM inbound_hooks WHERE state = 'Pending'`);
    await rig.until(async () => (await pending()).length === 0, 'the webhooks to be read');
    await systemClock.sleep(500);
    expectNone(await outputsOf(rig, logged), platform.heard);
  });
});
