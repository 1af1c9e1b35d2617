import type { FeedType } from '../../model/feeds.ts';
import { addOrder, addProduct } from '../../simulator/shop/generate.ts';
import { cancelOrder, editProduct, order, pay, sell } from '../../simulator/shop/life.ts';
import { PendingHints } from '../../sync/hints/pending-hints.ts';
import { followHints } from '../../sync/hints/hint-follower.ts';
import { countStock, exportAll, exportWhatGoes, reportWork } from './back-office.ts';
import {
  completenessAgrees,
  goneIsNamed,
  lastCountIsThere,
  levelsAgree,
  ordersAgree,
  productsAgree,
  runsAreHonest,
  webhooksArrived,
  writesTookEffectOnce,
} from './checks.ts';
import { SETTLED_MS, type SeedOptions, type SeedWorld } from './seed-world.ts';

/** Further apart than the two minutes that every run reads again: what a checkpoint passes over stays away. */
const APART_MS = 300_000;
/** Longer than what a run reads again. */
const HIDDEN_MS = 1_200_000;
const DAY_MS = 24 * 3_600_000;

export interface Scenario {
  readonly options?: Partial<SeedOptions>;
  /** What must be there before anything may break. */
  readonly prepare: (world: SeedWorld) => Promise<void>;
  /** Everything in it may break anywhere. */
  readonly story: (world: SeedWorld) => Promise<void>;
  /** Nothing breaks any more: what is still under way ends, then all must agree. */
  readonly verify: (world: SeedWorld) => Promise<void>;
}

/** The feed of products that a platform has: one that brings what changed, or all of them. */
const changes = ({ definition }: SeedWorld): FeedType =>
  definition.manifest.feeds.some(({ type }) => type === 'ProductUpdate') ? 'ProductUpdate' : 'ProductImport';

/** New orders, and by another feed those that changed where a platform lists the new ones by their day (Vendure). */
async function readOrders(world: SeedWorld): Promise<void> {
  await world.settle('OrderImport');
  const [fresh, changed] = (['OrderImport', 'OrderUpdate'] as const).map((type) =>
    world.definition.manifest.feeds.find((feed) => feed.type === type && feed.via === undefined),
  );
  if (changed && changed.cursor?.field !== fresh?.cursor?.field) await world.settle('OrderUpdate');
}

function stock(world: SeedWorld, products: number, orders: number): void {
  const { store, hub } = world;
  for (let count = 0; count < products; count++) addProduct(store.shop, world.random);
  for (let count = 0; count < orders; count++) {
    hub.clock.advance(APART_MS);
    const placed = addOrder(store.shop, world.random, world.random.chance(0.8));
    if (placed && store.faults.strikes('poisoned')) store.shop.poisoned.set(placed.id, 'shape');
  }
  hub.clock.advance(APART_MS);
}

function happen(world: SeedWorld, ...acts: Parameters<SeedWorld['store']['happen']>[0][]): void {
  for (const act of acts) {
    world.store.happen(act);
    world.hub.clock.advance(APART_MS);
  }
}

async function ordersEnd(world: SeedWorld): Promise<void> {
  world.hub.clock.advance(SETTLED_MS);
  await readOrders(world);
  await world.deliver();
  await ordersAgree(world);
  await webhooksArrived(world);
  await runsAreHonest(world);
  await completenessAgrees(world);
}

/** An order that the store shows only long after its stamp: no cursor sees it. */
function hideOrder(world: SeedWorld): string {
  const {
    store: { shop },
    hub,
    random,
  } = world;
  const placed = addOrder(shop, random)!;
  shop.orders.put(placed, 0, hub.clock.now().getTime() + HIDDEN_MS);
  return placed.id;
}

/** The newest of those that are left can go: the oldest ones, of the prepared stock, are what other rows name. */
function deleteOne(
  world: SeedWorld,
  rows: { all(): readonly { readonly id: string }[]; delete(id: string): void },
): void {
  rows.delete(rows.all().at(-1)!.id);
  world.hub.clock.advance(APART_MS);
}

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  orders: {
    prepare: async (world) => stock(world, 1, 3),
    async story(world) {
      await readOrders(world);
      happen(world, order, pay, cancelOrder);
      await world.deliver();
      await readOrders(world);
    },
    verify: ordersEnd,
  },
  catalogue: {
    prepare: async (world) => stock(world, 3, 0),
    async story(world) {
      await world.settle(changes(world));
      happen(world, editProduct, editProduct);
      await world.settle(changes(world));
      await world.settle('DataModelSync', { batchSize: 100 });
    },
    async verify(world) {
      world.hub.clock.advance(SETTLED_MS);
      await world.settle(changes(world));
      await world.settle('StockImport', { batchSize: 100 });
      await productsAgree(world);
      await levelsAgree(world);
      await runsAreHonest(world);
      await completenessAgrees(world);
    },
  },
  completeness: {
    async prepare(world) {
      stock(world, 1, 2);
      await world.settle('OrderImport', { batchSize: 100 });
      await world.settle('ProductImport', { batchSize: 100 });
      world.hidden.push(hideOrder(world));
      world.hub.clock.advance(APART_MS);
      happen(world, order);
      await world.settle('OrderImport', { batchSize: 100 });
      // As many are gone as are hidden: the count of the day is the same.
      deleteOne(world, {
        all: () => world.store.shop.orders.all().filter(({ id }) => !world.hidden.includes(id)),
        delete: (id) => world.store.shop.orders.delete(id),
      });
      addProduct(world.store.shop, world.random);
      await world.settle('ProductImport', { batchSize: 100 });
      deleteOne(world, world.store.shop.products);
      world.hub.clock.advance(DAY_MS);
    },
    async story(world) {
      await world.settle('OrderImport');
      await world.settle('ProductImport');
    },
    async verify(world) {
      world.hub.clock.advance(world.stormy ? DAY_MS : SETTLED_MS);
      await world.settle('OrderImport', { batchSize: 100 });
      await world.settle('ProductImport', { batchSize: 100 });
      await world.deliver();
      await ordersAgree(world);
      await productsAgree(world);
      await webhooksArrived(world);
      await runsAreHonest(world);
      await completenessAgrees(world, world.hidden);
      await goneIsNamed(world, 'orders');
      await goneIsNamed(world, 'products');
    },
  },
  writes: {
    async prepare(world) {
      stock(world, 2, 2);
      await world.settle('StockImport', { batchSize: 100 });
      await world.settle('OrderImport', { batchSize: 100 });
      await reportWork(world);
    },
    async story(world) {
      await exportWhatGoes(world);
      happen(world, sell);
      await readOrders(world);
    },
    async verify(world) {
      await exportAll(world);
      await writesTookEffectOnce(world);
      await world.settle('StockImport', { batchSize: 100 });
      await levelsAgree(world);
      await ordersEnd(world);
    },
  },
  counts: {
    async prepare(world) {
      stock(world, 1, 0);
      await world.settle('StockImport', { batchSize: 100 });
    },
    async story(world) {
      // What the shop sells meanwhile is not what is looked for here.
      world.wires.life = 0;
      await countStock(world, 7);
      await world.runOnce('StockExport');
      // Counted anew while nobody may know what became of the first, at a shop that does not take it at once.
      world.counted = await countStock(world, 9);
      world.store.faults.force('5xx');
      world.hub.clock.advance(60_000);
      await world.runOnce('StockExport', { batchSize: 100 });
      await exportWhatGoes(world);
    },
    async verify(world) {
      await exportAll(world);
      lastCountIsThere(world, world.counted);
      await world.settle('StockImport', { batchSize: 100 });
      await levelsAgree(world);
    },
  },
  hooks: {
    prepare: async (world) => stock(world, 2, 1),
    async story(world) {
      await subscribe(world);
      world.store.happen(order);
      world.store.happen(order);
      await takeHooks(world);
      happen(world, pay);
    },
    verify: ordersEnd,
  },
  tokens: {
    options: {
      credential: { clientId: 'c', clientSecret: 's', refreshToken: 'first' },
      client: { id: 'c', secret: 's', refreshToken: 'first' },
      faults: ['token-rotation', 'token-expiry'],
      faultRate: 0.3,
    },
    prepare: async (world) => stock(world, 1, 3),
    async story(world) {
      await world.settle('OrderImport');
      happen(world, order);
      world.hub.clock.advance(3_600_000);
      await world.settle('OrderImport');
    },
    verify: ordersEnd,
  },
};

async function subscribe(world: SeedWorld): Promise<void> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const done = await world
      .inPod(async ({ session, hub, hookUrl }) => {
        await session.driver.webhooks!.ensure(hookUrl!, ['OrderImport'], new AbortController().signal);
        await hub.reportHooks(true);
        return true;
      })
      .catch(() => false);
    if (done === true) return;
    world.hub.clock.advance(20_000);
  }
  throw new Error('the store did not take the subscription');
}

/** Webhooks that the store has sent go to the hub, and the pod follows them; twice, for what came in between. */
async function takeHooks(world: SeedWorld): Promise<void> {
  const { app, db } = world.hub;
  for (const { url, headers, body } of world.mail.splice(0)) {
    const answer = await app.inject({
      method: 'POST',
      url: new URL(url).pathname,
      headers: { ...headers },
      payload: body,
    });
    if (answer.statusCode !== 202) throw new Error(`the hub answered ${answer.statusCode} to a webhook`);
  }
  for (let attempt = 0; attempt < 20; attempt++) {
    const [waiting] = await db.query<{ count: number }>(
      `SELECT count(*) AS count FROM inbound_hooks h JOIN connections c ON c.id = h.connection_id WHERE c.name = $1 AND h.state = 'Pending'`,
      [world.connectionName],
    );
    if (waiting!.count === 0) return;
    await world.inPod(async (pod) => {
      const { hub, session } = pod;
      const box = new PendingHints();
      const stop = new AbortController();
      const silent = { warn: () => undefined } as never;
      // One look: another pod may have taken what was there.
      const once = { ...hub, hints: (signal: AbortSignal) => hub.hints(signal).finally(() => stop.abort()) };
      await followHints(
        {
          hub: once,
          driver: session.driver,
          box,
          wake: () => stop.abort(),
          clock: world.hub.clock.foreground,
          metrics: world.hub.metrics,
          log: silent,
        },
        stop.signal,
      );
      const hint = box.take('OrderImport');
      if (hint) await world.runIn(pod, 'OrderImport', { trigger: 'Hint', ids: hint.ids });
    });
    world.hub.clock.advance(1000);
  }
}
