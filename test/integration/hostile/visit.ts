import { expect } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import type { BudgetRule, CheckReport, Driver, DriverDefinition } from '../../../drivers/contract/index.ts';
import { hookUrl } from '../../../hub/base/hook-url.ts';
import { webhookMasterKey } from '../../../hub/base/secrets.ts';
import type { Database } from '../../../hub/storage/database.ts';
import { systemClock } from '../../../kit/clock.ts';
import { createLogger } from '../../../kit/log.ts';
import type { FeedType } from '../../../model/feeds.ts';
import { wires } from '../../../simulator/wires/index.ts';
import { LocalRig } from '../../support/local-rig.ts';
import { expectNone, outputsOf } from './outputs.ts';
import { HostilePlatform, type Mood } from './platform.ts';

/** Feeds whose runs are asked for again; the rest come with them or once. */
const READS: readonly FeedType[] = ['ProductUpdate', 'OrderUpdate', 'OrderImport', 'StockImport', 'DataModelSync'];
const WRITES: readonly FeedType[] = ['StockExport', 'ShipmentExport', 'PriceExport'];
const LONGEST_MS = 60_000;

/** A driver at a hostile platform, with a hub of its own; kept from one mood to the next. */
export class Visit {
  readonly #definition: DriverDefinition;
  readonly #platform: HostilePlatform;
  readonly #supported: readonly FeedType[];
  readonly #logged: string[] = [];
  /** While it is set, a check finds what one at the honest platform has found. */
  #held = false;
  #rig!: LocalRig;

  constructor(definition: DriverDefinition, by: 'key' | 'client') {
    this.#definition = definition;
    this.#platform = new HostilePlatform(wires().get(definition.manifest.name)!, by);
    this.#supported = definition.manifest.feeds.map(({ type }) => type);
  }

  /** Begins with an honest platform: it has something to write to, and to be asked for again. */
  async begin(db: Database): Promise<void> {
    const { name } = this.#definition.manifest;
    const url = await this.#platform.listen();
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => (this.#logged.push(chunk.toString()), done()),
    });
    this.#rig = await LocalRig.start({
      db,
      definition: this.#checkedWhenAsked(impatient(this.#definition)),
      feeds: this.#supported,
      connection: { settings: wires().get(name)!.subject.settings(url), driver: name },
      secret: { ...this.#platform.secrets },
      log: createLogger('test', 'trace', stream),
    });
    this.#rig.startEngine();
    // Those that have never run hold back others.
    for (const type of this.#supported)
      await this.#rig.until(() => this.#rig.feed(type)['lastRun'] !== undefined, `the first ${type}`, LONGEST_MS);
  }

  async end(): Promise<void> {
    await this.#rig?.stop();
    this.#platform.close();
  }

  async odd(): Promise<void> {
    await this.#reopen();
    await this.#runs({ is: 'odd' }, READS);
    expect(this.#platform.spoilt).toBeGreaterThan(2);
    const found = await outputsOf(this.#rig, this.#logged);
    expect(found['rows']!.length).toBeGreaterThan(3);
    expect(found['logged']!.length).toBeGreaterThan(3);
    expectNone(found, this.#platform.heard);
  }

  async refused(status: number, as: 'json' | 'page'): Promise<void> {
    await this.#reopen();
    await this.#runs({ is: 'refusing', status, as }, [...WRITES, ...READS.slice(0, 2)], async () => {
      const [one] = (await this.#rig.api('GET', '/orders')).body.items as { id: string }[];
      const [level] = (await this.#rig.api('GET', '/stock')).body.items as { sku: string }[];
      if (level) await this.#rig.api('POST', '/stock', { levels: [{ sku: level.sku, quantity: status }] });
      if (one) await this.#rig.api('POST', `/orders/${one.id}/shipments`, { trackingCode: `T${status}${as}` });
    });
    await this.#expectNone();
  }

  async underHeaders(is: 'telling' | 'garbled'): Promise<void> {
    await this.#reopen();
    await this.#runs({ is }, READS);
    await this.#expectNone();
  }

  async webhooks(): Promise<void> {
    await this.#reopen();
    const { said, saidPlainly } = this.#platform;
    const headers = Object.fromEntries(
      ['webhook-id', 'webhook-signature', 'x-shopify-topic', 'x-wc-webhook-topic', 'x-any'].map((each) => [
        each,
        saidPlainly,
      ]),
    );
    const { db, hub } = this.#rig;
    const [connection] = await db.query<{ id: number }>('SELECT id FROM connections');
    const url = hookUrl(hub.url, await webhookMasterKey(db), connection!.id);
    const signed = this.#platform.hook({ type: 'order.updated', id: said });
    const bodies = [JSON.stringify({ id: said, type: said, data: { id: said } }), said, `{"id":${said}`];
    for (const body of bodies) expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(202);
    if (signed)
      expect((await fetch(url, { method: 'POST', headers: signed.headers, body: signed.body })).status).toBe(202);
    const pending = () => db.query<{ id: number }>(`SELECT id FROM inbound_hooks WHERE state = 'Pending'`);
    await this.#rig.until(async () => (await pending()).length === 0, 'the webhooks to be read', LONGEST_MS);
    await systemClock.sleep(500);
    await this.#expectNone();
  }

  async #expectNone(): Promise<void> {
    expectNone(await outputsOf(this.#rig, this.#logged), this.#platform.heard);
  }

  /** Honest for as long as a check takes: what was refused before closed the gate, and then nothing is asked at all. */
  async #reopen(): Promise<void> {
    this.#platform.mood = { is: 'honest' };
    const isOpen = () => ['Reachable', 'CredentialValid'].every((type) => this.#rig.condition(type)?.status === 'True');
    for (const deadline = Date.now() + LONGEST_MS; ;) {
      await this.#check();
      if (isOpen()) return;
      if (Date.now() > deadline) throw new Error(`never open again: ${JSON.stringify(this.#rig.world.list())}`);
    }
  }

  async #check(): Promise<void> {
    const asked = randomUUID();
    this.#rig.world.annotate('Connection', 'default', 'shop', { 'supercargo.dev/test-requested-at': asked });
    const handled = () => this.#rig.world.get('Connection', 'default', 'shop')?.status?.['lastHandledTestRequest'];
    await this.#rig.until(() => handled() === asked, 'a check', LONGEST_MS);
  }

  /** Each feed has a run in the mood, once there is something to write; then the platform is checked in it. */
  async #runs(mood: Mood, types: readonly FeedType[], write: () => Promise<void> = async () => {}): Promise<void> {
    // The first of them to fail would have a check close the gate to the others.
    this.#held = true;
    this.#platform.mood = mood;
    await write();
    const asked = types
      .filter((type) => this.#supported.includes(type))
      .map((type) => [type, this.#rig.requestRun(type)] as const);
    for (const [type, value] of asked)
      await this.#rig.until(
        () => this.#rig.feed(type)['lastHandledRunRequest'] === value,
        `run of ${type}`,
        LONGEST_MS,
      );
    // Met, or it proves nothing; what a refusal says is asked for by a run, not by a look at the condition alone.
    expect(this.#platform.spoilt).toBeGreaterThan(0);
    this.#held = false;
    await this.#check();
  }

  #checkedWhenAsked(definition: DriverDefinition): DriverDefinition {
    return {
      ...definition,
      connect: (context) => {
        const driver = definition.connect(context);
        let found: CheckReport | undefined;
        const check: Driver['check'] = async (feeds, signal) => {
          if (!this.#held || !found) found = await driver.check(feeds, signal);
          return found;
        };
        return { ...driver, check };
      },
    };
  }
}

/** The rate of a platform in this process, which has no limit. */
const PER_SECOND = 100_000;

/** The driver, but for its consideration: neither a budget nor what answers tell of one makes a call wait. */
function impatient(definition: DriverDefinition): DriverDefinition {
  const { manifest } = definition;
  const quick = (rule: BudgetRule): BudgetRule => ({ ...rule, perSecond: PER_SECOND });
  const { budget, buckets = {} } = manifest;
  return {
    ...definition,
    manifest: {
      ...manifest,
      ...(budget ? { budget: quick(budget) } : {}),
      buckets: Object.fromEntries(Object.entries(buckets).map(([name, rule]) => [name, quick(rule)])),
      repeat: { attempts: 3, ...manifest.repeat, afterMs: 20 },
    },
    connect: (context) => {
      const { http } = context;
      const observe: typeof http.observe = (told) =>
        http.observe({ ...told, ...(told.perSecond === undefined ? {} : { perSecond: PER_SECOND }) });
      return definition.connect({ ...context, http: { ...http, observe } });
    },
  };
}
