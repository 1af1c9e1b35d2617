import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { Writable } from 'node:stream';
import { terminal, retry, type Driver, type DriverDefinition, type WriteResult } from '../../drivers/contract/index.ts';
import { createLogger } from '../../kit/log.ts';
import { LocalRig } from '../support/local-rig.ts';
import { level, line, MemoryStore, order, product } from '../support/memory-store.ts';
import { ownDatabase } from '../support/postgres.ts';

jest.setTimeout(90_000);

const KEY = 'CANARYkey-pw7';
const PERSON = 'CANARY.person@buyers.example';
/** What a hostile or careless shop says. */
const SAID = `\u001b]0;CANARYtitle\u0007 bearer ${KEY}, basic ${Buffer.from(`x:${KEY}`).toString('base64')} of ${PERSON}, +49 170 5550 1234`;
const TRACES = [
  /CANARY/i,
  new RegExp(Buffer.from(KEY).toString('base64').slice(4, 12)),
  /5550 ?1234/,
  // eslint-disable-next-line no-control-regex -- it is what is looked for
  /\\u001b|\u001b/,
];

const store = new MemoryStore();
let rig: LocalRig;
/** Whether reading fails, too: a first sync would go no further. */
let fails = false;
const logged: string[] = [];

/** The memory store's driver, which says it wherever a driver can say something. */
function definition(): DriverDefinition {
  const base = store.definition();
  const sayIt = (driver: Driver): Driver => ({
    ...driver,
    check: async (feeds, signal) => {
      const report = await driver.check(feeds, signal);
      const say = <T extends { message: string }>(finding: T): T => ({ ...finding, message: SAID });
      return {
        ...report,
        reachable: say(report.reachable),
        credential: say(report.credential),
        shop: { id: 'm', name: SAID },
      };
    },
    feeds: {
      ...driver.feeds,
      OrderImport: {
        ...driver.feeds.OrderImport!,
        async *read(request) {
          for await (const page of driver.feeds.OrderImport!.read(request))
            yield {
              ...page,
              unreadable: [
                { recordId: 'o-bad', number: 'BAD', reason: 'Unreadable', message: SAID, raw: { note: SAID } },
              ],
            };
        },
      },
      ProductUpdate: {
        ...driver.feeds.ProductUpdate!,
        async *read(request) {
          if (!fails) return yield* driver.feeds.ProductUpdate!.read(request);
          throw terminal('StoreRefused', SAID);
        },
      },
      OrderUpdate: {
        ...driver.feeds.OrderUpdate!,
        async *read(request) {
          if (!fails) return yield* driver.feeds.OrderUpdate!.read(request);
          throw new Error(SAID, { cause: new Error(SAID) });
        },
      },
      StockExport: {
        ...driver.feeds.StockExport!,
        write: async (entries) =>
          entries.map(({ entryId }, index): WriteResult<'StockExport'> =>
            index === 0
              ? { entryId, outcome: 'Rejected', reason: 'StoreRefused', message: SAID }
              : { entryId, outcome: 'Retry', reason: 'StoreError', message: SAID },
          ),
      },
      ShipmentExport: {
        ...driver.feeds.ShipmentExport!,
        write: async () => {
          throw retry('StoreError', SAID);
        },
      },
    },
    webhooks: {
      read: () => ({ valid: false, reason: 'SignatureInvalid', message: SAID }),
      ensure: async () => {
        throw terminal('StoreRefused', SAID);
      },
      remove: async () => {
        throw terminal('StoreRefused', SAID);
      },
    },
  });
  return { ...base, connect: (context) => sayIt(base.connect(context)) };
}

beforeAll(async () => {
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      logged.push(chunk.toString());
      done();
    },
  });
  store.products = [product('p', ['A', 'B'])];
  store.stock = [level('A', 5), level('B', 5)];
  store.orders = [order('1', { lines: [line('1', 'A', 1)] })];
  rig = await LocalRig.start({
    db: await ownDatabase(),
    definition: definition(),
    feeds: [
      'ProductImport',
      'StockImport',
      'OrderImport',
      'ProductUpdate',
      'OrderUpdate',
      'StockExport',
      'ShipmentExport',
    ],
    secret: { apiKey: KEY },
    log: createLogger('test', 'trace', stream),
  });
  rig.startEngine();
});
afterAll(async () => rig.stop());

it('what a store says in any answer reaches no status, Event, problem, log and REST answer with credential, person or escapes', async () => {
  await rig.until(() => rig.condition('Reachable') !== undefined, 'the check');
  for (const type of ['ProductImport', 'StockImport', 'OrderImport', 'ProductUpdate', 'OrderUpdate'] as const)
    await rig.until(() => rig.feed(type)['lastRun'] !== undefined, `a run of ${type}`);
  fails = true;
  const [{ id }] = (await rig.api('GET', '/orders')).body.items;
  await rig.api('POST', '/stock', {
    levels: [
      { sku: 'A', quantity: 3 },
      { sku: 'B', quantity: 3 },
    ],
  });
  await rig.api('POST', `/orders/${id}/shipments`, { trackingCode: 'T1' });
  for (const type of ['ProductUpdate', 'OrderUpdate', 'StockExport', 'ShipmentExport'] as const) {
    rig.requestRun(type);
    await rig.until(() => JSON.stringify(rig.feed(type)['recentRuns'] ?? '').includes('"message"'), `a run of ${type}`);
  }
  const rest = [];
  for (const path of ['/orders?intake=All', `/orders/${id}/history`, '/problems', '/runs', '/stock', '/checkpoints'])
    rest.push(JSON.stringify((await rig.api('GET', path)).body));
  const rows: string[] = [];
  const tables = await rig.db.query<{ name: string }>(
    `SELECT relname::text AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace('public')`,
  );
  for (const { name } of tables)
    rows.push(
      ...(await rig.db.query<{ row: string }>(`SELECT t::text AS row FROM "${name}" t`)).map(
        ({ row }) => `${name}: ${row}`,
      ),
    );
  const outputs = { status: [JSON.stringify(rig.world.list())], events: rig.events, rest, rows, logged };
  // What was said came that far: else nothing is proven.
  expect(JSON.stringify(outputs)).toContain('[credential]');
  for (const where of ['status', 'rest', 'rows'] as const)
    expect([where, outputs[where].some((text) => text.includes('[credential]'))]).toEqual([where, true]);
  expect(logged.length).toBeGreaterThan(0);
  for (const [where, texts] of Object.entries(outputs))
    for (const text of texts)
      for (const trace of TRACES) expect([where, trace.exec(text) && text.slice(0, 1500)]).toEqual([where, null]);
});
