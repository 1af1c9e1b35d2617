import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { DriverDefinition } from '../../drivers/contract/index.ts';
import { builtinDrivers } from '../../drivers/registry.ts';
import { systemClock } from '../../kit/clock.ts';
import { createLogger } from '../../kit/log.ts';
import type { FeedType } from '../../model/feeds.ts';
import { Random } from '../../simulator/random.ts';
import { bodyOf } from '../../simulator/server.ts';
import { SimulatedStore } from '../../simulator/store.ts';
import type { Wire } from '../../simulator/desk/wire.ts';
import { wires } from '../../simulator/wires/index.ts';
import { LocalRig } from '../support/local-rig.ts';
import { ownDatabase } from '../support/postgres.ts';

jest.setTimeout(180_000);

const KEY = 'CANARYkey7pw';
/** What becomes of an answer on its way to the pod. */
type Mood = { readonly is: 'honest' } | { readonly is: 'odd' } | { readonly is: 'refusing'; readonly status: number };

const REFUSALS = [200, 403, 422, 500];
/** Feeds whose runs are asked for again; the rest come with them or once. */
const READS: readonly FeedType[] = ['ProductUpdate', 'OrderUpdate', 'OrderImport', 'StockImport', 'DataModelSync'];
const WRITES: readonly FeedType[] = ['StockExport', 'ShipmentExport', 'PriceExport'];

/** A platform that gives back what it was sent and tells of its customers: a simulated shop, its answers spoilt. */
class HostilePlatform {
  mood: Mood = { is: 'honest' };
  /** Answers that were spoilt. */
  spoilt = 0;
  readonly secrets: Readonly<Record<string, string>>;
  readonly said: string;
  /** In a field a telephone number cannot be told from an id: that is for words alone. */
  get saidInWords(): string {
    return `${this.said}, +49 170 5550 1234`;
  }
  readonly #store: SimulatedStore;
  readonly #wire: Wire;
  readonly #random = new Random(7);
  readonly #server: Server;

  constructor(wire: Wire) {
    this.#wire = wire;
    this.secrets = wire.subject.credential(KEY);
    const values = Object.values(this.secrets).filter((value) => value.includes('CANARY'));
    const encoded = values.flatMap((value) => [value, Buffer.from(`x:${value}`).toString('base64')]);
    this.said = `\u001b]0;CANARYtitle\u0007\u001b[31m bearer ${encoded.join(', ')} of CANARYmail@buyers.example`;
    this.#store = new SimulatedStore({
      wire,
      clock: systemClock,
      seed: 3,
      products: 4,
      orders: 6,
      apiKey: KEY,
      sendHook: () => undefined,
    });
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${this.#wire.basePath}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const path = (request.url ?? '/').slice(this.#wire.basePath.length) || '/';
    const given = this.#store.handle({ method: request.method ?? 'GET', path, headers, body });
    const { mood } = this;
    if (mood.is === 'honest') return void response.writeHead(given.status, given.headers).end(given.body);
    this.spoilt += 1;
    if (mood.is === 'refusing')
      return void response
        .writeHead(mood.status, { 'content-type': 'application/json', 'retry-after': '1' })
        .end(JSON.stringify(this.#refusal()));
    const spoilt = typeof given.body === 'string' ? this.#oddly(given.body) : given.body;
    const { 'content-length': _, ...rest } = given.headers as Record<string, string>;
    response.writeHead(given.status, rest).end(spoilt);
  }

  /** In the words of every platform at once. */
  #refusal(): object {
    const said = this.saidInWords;
    const error = {
      message: said,
      code: said,
      field: [said],
      path: [said],
      extensions: { code: said, problems: [said] },
    };
    return {
      ...error,
      error: said,
      errors: [error],
      parameters: [said],
      trace: said,
      data: { status: 400, params: { x: said } },
    };
  }

  /** One value in ten is what it says; what is no JSON ends with it. */
  #oddly(body: string): string {
    const odd = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(odd);
      if (typeof value === 'object' && value !== null)
        return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, odd(one)]));
      return this.#random.int(0, 9) === 0 ? this.said : value;
    };
    try {
      return JSON.stringify(odd(JSON.parse(body)));
    } catch {
      return `${body}${this.said}`;
    }
  }
}

const traces = [
  /CANARY/i,
  new RegExp(Buffer.from(`x:${KEY}`).toString('base64').slice(4, 14)),
  /5550 ?1234/,
  // eslint-disable-next-line no-control-regex -- it is what is looked for
  /\\u001b|\u001b/,
];

/** Everything that people without a right to the data can see. */
async function outputs(rig: LocalRig, logged: readonly string[]): Promise<Record<string, readonly string[]>> {
  await rig.world.flush();
  const get = async (path: string) => JSON.stringify((await rig.api('GET', path)).body);
  const rest = await Promise.all(['/problems?limit=500', '/problems?group=reason', '/runs', '/checkpoints'].map(get));
  const { items } = (await rig.api('GET', '/problems?limit=500')).body as {
    items: { connection: string; feed: string; record: string; reason: string }[];
  };
  for (const { connection, feed, record, reason } of items)
    rest.push(await get(`/problems/payload?${new URLSearchParams({ connection, feed, record, reason }).toString()}`));
  const names = await readdir(rig.directory);
  const files = await Promise.all(names.map((name) => readFile(join(rig.directory, name), 'utf8')));
  const metrics = [await (await fetch(`${rig.hub.probesUrl}/metrics`)).text(), await rig.metrics.registry.metrics()];
  const rows: string[] = [];
  for (const table of ['problems', 'runs', 'quarantine', 'checkpoints', 'connections', 'stores'])
    for (const { row } of await rig.db.query<{ row: string }>(`SELECT t::text AS row FROM ${table} t`))
      rows.push(`${table}: ${row}`);
  return { status: [JSON.stringify(rig.world.list())], events: rig.events, rest, files, metrics, rows, logged };
}

function expectNone(found: Record<string, readonly string[]>): void {
  for (const [where, texts] of Object.entries(found))
    for (const text of texts)
      for (const trace of traces) {
        const at = text.search(trace);
        expect([where, at < 0 ? null : text.slice(Math.max(0, at - 300), at + 200)]).toEqual([where, null]);
      }
}

const PLATFORMS = [...builtinDrivers().values()].map((definition) => [definition.manifest.name, definition] as const);

describe.each<readonly [string, DriverDefinition]>(PLATFORMS)('the driver %s', (name, definition) => {
  const wire = wires().get(name)!;
  const supported = definition.manifest.feeds.map(({ type }) => type);
  const logged: string[] = [];
  let platform: HostilePlatform;
  let rig: LocalRig;

  beforeAll(async () => {
    platform = new HostilePlatform(wire);
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

  /**
   * Asks feeds for a run and waits until each has had one. A gate that is closed (a key that was refused) lets no run
   * begin: that is an answer, too, and what was said then is looked at all the same.
   */
  async function runs(types: readonly FeedType[]): Promise<void> {
    const asked = types
      .filter((type) => supported.includes(type))
      .map((type) => [type, JSON.stringify(rig.feed(type)['recentRuns'] ?? null)] as const);
    for (const [type] of asked) rig.requestRun(type);
    const until = Date.now() + 2000;
    const waits = () => asked.some(([type, before]) => JSON.stringify(rig.feed(type)['recentRuns'] ?? null) === before);
    while (waits() && Date.now() < until) await systemClock.sleep(50);
  }

  it('gives nothing that a field of an answer says to a log, Event, status, metric, problem or file', async () => {
    platform.mood = { is: 'odd' };
    platform.spoilt = 0;
    await runs(READS);
    expect(platform.spoilt).toBeGreaterThan(3);
    const found = await outputs(rig, logged);
    expect(found['rows']!.length).toBeGreaterThan(3);
    expect(found['logged']!.length).toBeGreaterThan(3);
    expectNone(found);
  });

  it.each(REFUSALS)('nor what a refusal with status %d says, to a read or a write', async (status) => {
    platform.mood = { is: 'honest' };
    const [one] = (await rig.api('GET', '/orders')).body.items as { id: string }[];
    const [level] = (await rig.api('GET', '/stock')).body.items as { sku: string }[];
    platform.mood = { is: 'refusing', status };
    if (level) await rig.api('POST', '/stock', { levels: [{ sku: level.sku, quantity: status }] });
    if (one) await rig.api('POST', `/orders/${one.id}/shipments`, { trackingCode: `T${status}` });
    await runs([...WRITES, ...READS.slice(0, 2)]);
    expectNone(await outputs(rig, logged));
  });
});
