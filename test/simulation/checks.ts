import { BatchEncoder } from '../../model/encode.ts';
import type { OrderRecord, ProductRecord } from '../../model/records.ts';
import type { TableName } from '../../model/tables.ts';
import { canonicalOrder, canonicalProduct } from '../../simulator/shop/canonical.ts';
import { levelKey } from '../../simulator/shop/model.ts';
import { intakeByDefault } from '../../sync/orders/intake.ts';
import { orderReference } from '../../sync/orders/reference.ts';
import type { Received } from './hub-world.ts';
import type { CountedLevel } from './back-office.ts';
import type { SeedWorld } from './seed-world.ts';

export class Violation extends Error {}

const EARLIEST = new Date('2026-01-01T00:00:00Z');

function demand(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Violation(what);
}

async function connectionId({ hub, seed }: SeedWorld): Promise<number> {
  const [row] = await hub.db.query<{ id: number }>('SELECT id FROM connections WHERE name = $1', [seed.key.name]);
  return row!.id;
}

/** A platform that lacks words for some of the truth has other hashes: states, sums and lines are held to it then. */
const saysAll = ({ store }: SeedWorld): boolean => store.wire.subject.lacks.length === 0;

/** Every order of the store is in the hub as the store has it; nothing is there that the store never had. */
export async function ordersAgree(world: SeedWorld): Promise<void> {
  const { hub, store } = world;
  const connection = await connectionId(world);
  const rows = await hub.db.query<{
    id: string;
    hash: string;
    state: string;
    payment_state: string;
    grand_total: number;
    intake: string;
    exported_at: string | null;
    lines: { id: string; sku: string; quantity: number; fulfilled: number }[] | null;
  }>(
    `SELECT o.external_id AS id, o.hash::text AS hash, o.state, o.payment_state, o.grand_total, o.intake, o.exported_at,
       (SELECT jsonb_agg(jsonb_build_object('id', l.external_id, 'sku', l.sku, 'quantity', l.quantity, 'fulfilled', l.fulfilled_quantity) ORDER BY l.position) FROM order_lines l WHERE l.connection_id = $1 AND l.order_id = o.external_id) AS lines
     FROM orders o WHERE o.connection_id = $1`,
    [connection],
  );
  const there = new Map(rows.map((row) => [row.id, row]));
  const methods = new Map(store.shop.shippingMethods.map(({ code, name }) => [code, name]));
  const records = store.truth
    .orders()
    .filter(({ id }) => !store.shop.poisoned.has(id))
    .map((order): OrderRecord => ({
      ...canonicalOrder(order, (code) => methods.get(code)),
      platformState: order.progress.toLowerCase(),
    }));
  const hashes = hashesOf('orders', records, world.connectionName);
  for (const order of records) {
    const row = there.get(order.id);
    demand(row !== undefined, `order ${order.id} is missing in the hub`);
    demand(
      !saysAll(world) || row.hash.replaceAll('-', '') === hashes.get(order.id),
      `order ${order.id} differs: hub has ${row.state}/${row.payment_state}, the store ${order.state}/${order.paymentState} of ${order.updatedAt}`,
    );
    demand(
      row.state === order.state && row.payment_state === order.paymentState,
      `order ${order.id} has another state than its hash says`,
    );
    if (intakeByDefault(order, EARLIEST).intake === 'Accepted')
      demand(row.intake === 'Accepted', `order ${order.id} should be accepted and is ${row.intake}`);
    const lines = row.lines ?? [];
    demand(
      lines.length === order.lines.length &&
        lines.every((line, index) => line.fulfilled === order.lines[index]!.fulfilledQuantity),
      `order ${order.id} has other lines than the store`,
    );
    if (row.exported_at === null)
      demand(
        row.grand_total === order.grandTotal &&
          lines.every(
            (line, index) => line.quantity === order.lines[index]!.quantity && line.sku === order.lines[index]!.sku,
          ),
        `order ${order.id} has other content than its hash says`,
      );
  }
  for (const id of store.shop.poisoned.keys()) {
    if (!store.truth.orders().some((order) => order.id === id)) continue;
    const problems = await hub.db.query('SELECT 1 FROM problems WHERE connection_id = $1 AND record = $2', [
      connection,
      id,
    ]);
    demand(problems.length > 0, `nothing is said of order ${id}, which cannot be read`);
  }
}

export async function productsAgree(world: SeedWorld): Promise<void> {
  const { hub, store } = world;
  const rows = await hub.db.query<{ id: string; hash: string; skus: string[] | null }>(
    `SELECT p.external_id AS id, p.hash::text AS hash, (SELECT jsonb_agg(v.sku ORDER BY v.external_id) FROM variants v WHERE v.connection_id = $1 AND v.product_id = p.external_id) AS skus FROM products p WHERE p.connection_id = $1`,
    [await connectionId(world)],
  );
  const there = new Map(rows.map((row) => [row.id, row]));
  const records = store.truth
    .products()
    .filter(({ id }) => !store.shop.poisoned.has(id))
    .map(canonicalProduct);
  const hashes = hashesOf('products', records, world.connectionName);
  for (const product of records) {
    const row = there.get(product.id);
    demand(row !== undefined, `product ${product.id} is missing in the hub`);
    demand(!saysAll(world) || row.hash.replaceAll('-', '') === hashes.get(product.id), `product ${product.id} differs`);
    demand(
      JSON.stringify(row.skus) === JSON.stringify(product.variants.map(({ sku }) => sku).sort()),
      `product ${product.id} has other variants than its hash says`,
    );
  }
}

export async function levelsAgree(world: SeedWorld): Promise<void> {
  const rows = await world.hub.db.query<{ key: string; on_hand: number }>(
    `SELECT variant_id || '@' || location_id AS key, on_hand FROM stock_levels WHERE connection_id = $1`,
    [await connectionId(world)],
  );
  const there = new Map(rows.map(({ key, on_hand }) => [key, on_hand]));
  for (const { variantId, locationId, onHand } of world.store.truth.levels()) {
    const key = levelKey(variantId, locationId);
    demand(there.get(key) === onHand, `level ${key}: the hub has ${there.get(key)}, the store ${onHand}`);
  }
}

/** The shop ends with what was counted last, whatever older numbers were on their way. */
export function lastCountIsThere({ store }: SeedWorld, counted: readonly CountedLevel[]): void {
  for (const { variantId, locationId, quantity } of counted) {
    const level = store.shop.levels.get(levelKey(variantId, locationId));
    demand(
      level?.onHand === quantity,
      `level ${levelKey(variantId, locationId)}: ${quantity} were counted last, the shop has ${level?.onHand}`,
    );
  }
}

/** Every entry of the outbox is done, and took effect at the store exactly once. */
export async function writesTookEffectOnce(world: SeedWorld): Promise<void> {
  const { truth } = world.store;
  const entries = await world.hub.db.query<{
    id: number;
    kind: 'stock' | 'shipment';
    state: string;
    reason: string | null;
    payload: Record<string, string>;
  }>('SELECT id, kind, state, reason, payload FROM outbox WHERE connection_id = $1', [await connectionId(world)]);
  for (const { id, kind, state, reason, payload } of entries) {
    const [subject, reference] =
      kind === 'stock'
        ? [`${payload['variantId']}@${payload['locationId']}`, `${id}/${payload['quantity']}`]
        : [payload['orderId']!, String(id)];
    if (refusedRightly(world, reason, subject)) continue;
    demand(state === 'Applied', `outbox entry ${id} (${kind}) is ${state}${reason ? `: ${reason}` : ''}`);
    if (!saysAll(world)) {
      nameless(
        world,
        { kind, subject, quantity: payload['quantity'] },
        entries.filter((each) => each.kind === kind),
      );
      continue;
    }
    const times = truth.timesApplied(kind, subject, reference);
    demand(times === 1, `outbox entry ${id} (${kind} of ${subject}) took effect ${times} times`);
  }
  if (!saysAll(world)) return;
  const known = new Set(entries.map(({ id }) => String(id)));
  for (const { kind, subject, reference } of truth.effects)
    demand(known.has(reference.split('/')[0]!), `${kind} of ${subject} was written and is in no outbox entry`);
}

/**
 * A shop that keeps no name of a write: as many parcels of an order as there are entries, and a level that was set to
 * the number (setting it again does no harm).
 */
function nameless(
  { store: { truth, wire } }: SeedWorld,
  { kind, subject, quantity }: { kind: 'stock' | 'shipment'; subject: string; quantity: unknown },
  entries: readonly { readonly payload: Record<string, string> }[],
): void {
  const effects = truth.effects.filter((each) => each.kind === kind && each.subject === subject);
  if (kind === 'stock')
    demand(
      effects.some((each) => each.quantity === Number(quantity)),
      `${subject} was never set to ${String(quantity)}`,
    );
  else {
    // Where a parcel has no pieces, one without a number is nothing but the last.
    const hasPieces = !wire.subject.lacks.includes('order.lines.fulfilledQuantity');
    const wanted = entries
      .filter(({ payload }) => payload['orderId'] === subject)
      .filter(({ payload }) => hasPieces || payload['trackingCode'] !== undefined || payload['completes']).length;
    demand(effects.length === wanted, `order ${subject} has ${effects.length} parcels, and ${wanted} were to be sent`);
    const changes = truth.effects.filter((each) => each.kind === 'correction' && each.subject === subject).length;
    demand(
      changes <= wanted,
      `order ${subject} was said to be shipped ${changes} times, and ${wanted} were to be sent`,
    );
  }
}

/** In a storm products are deleted and orders cancelled while a write to them waits. */
function refusedRightly({ store: { truth } }: SeedWorld, reason: string | null, subject: string): boolean {
  if (reason === 'UnknownVariant')
    return !truth.levels().some(({ variantId, locationId }) => levelKey(variantId, locationId) === subject);
  return (
    reason === 'OrderCancelled' && truth.orders().some(({ id, progress }) => id === subject && progress === 'Cancelled')
  );
}

/** Every event reached the receiver, under its one id; an order is told of as new exactly once. */
export async function webhooksArrived(world: SeedWorld): Promise<void> {
  const { hub, seed } = world;
  const queued = await hub.db.query<{ id: string; event: string; order_id: string; state: string; seq: number }>(
    'SELECT id, event, order_id, state, seq FROM deliveries WHERE store_id = $1',
    [seed.storeId],
  );
  const received = new Set((hub.received.get(seed.path) ?? []).map(({ id }) => id));
  const known = new Set(queued.map(({ id }) => id));
  for (const { id, event, order_id, state } of queued)
    demand(
      state === 'Delivered' && received.has(id),
      `${event} of order ${order_id} is ${state} and was ${received.has(id) ? '' : 'not '}received`,
    );
  for (const id of received) demand(known.has(id), `webhook ${id} was received and is not known`);
  inOrder(queued, hub.received.get(seed.path) ?? []);
  const accepted = await hub.db.query<{ id: string }>(
    `SELECT external_id AS id FROM orders WHERE store_id = $1 AND intake = 'Accepted'`,
    [seed.storeId],
  );
  for (const { id } of accepted) {
    const created = queued.filter(({ event, order_id }) => event === 'order.created' && order_id === id).length;
    demand(created === 1, `order ${id} was told of as new ${created} times`);
  }
}

/** No event comes after a later one of its order, not even for the second time. */
function inOrder(
  queued: readonly { readonly id: string; readonly order_id: string; readonly seq: number }[],
  received: readonly Received[],
): void {
  const known = new Map(queued.map((event) => [event.id, event]));
  const last = new Map<string, number>();
  for (const { id } of received) {
    const { order_id, seq } = known.get(id)!;
    demand(seq >= (last.get(order_id) ?? 0), `webhook ${id} of order ${order_id} came after a later one`);
    last.set(order_id, seq);
  }
}

/**
 * The completeness check is on, and looks at everything older than ten minutes. It must not mend in silence what
 * reading passed over: whatever it fetched is a violation but for the orders that the story hid from reading on purpose
 * (that those are there is `ordersAgree`'s to say). What it calls gone must be gone.
 */
export async function completenessAgrees(world: SeedWorld, hidden: readonly string[] = []): Promise<void> {
  const { hub, store } = world;
  const told = await hub.db.query<{ record: string; reason: string }>(
    `SELECT DISTINCT record, reason FROM problems WHERE connection_id = $1 AND reason IN ('FoundByCompletenessCheck', 'GoneAtStore')`,
    [await connectionId(world)],
  );
  const found = new Set(told.filter(({ reason }) => reason === 'FoundByCompletenessCheck').map(({ record }) => record));
  for (const id of found)
    demand(hidden.includes(id), `${id} was passed over by reading, and found by the completeness check`);
  const there = new Set([...store.truth.orders(), ...store.truth.products()].map(({ id }) => id));
  for (const { record } of told)
    if (!found.has(record)) demand(!there.has(record), `${record} is called gone and is at the store`);
}

/**
 * Of an order that could never be read the hub knows the number alone, and not the day by which the store counts it.
 */
const READ = { orders: `AND t.intake_reason IS DISTINCT FROM 'Unreadable'`, products: '' } as const;

/** One that was never taken says so by itself. */
const OR_ITSELF = { orders: `OR coalesce(t.intake_reason, '') = 'GoneAtStore'`, products: '' } as const;

/**
 * After a check that began when nothing moved any more: everything that the hub has read and the store has not any more
 * is named.
 */
export async function goneIsNamed(world: SeedWorld, table: 'orders' | 'products'): Promise<void> {
  const { hub, store } = world;
  const connection = await connectionId(world);
  const rows = await hub.db.query<{ id: string; named: boolean }>(
    `SELECT t.external_id AS id, EXISTS (SELECT 1 FROM problems p WHERE p.connection_id = $1 AND p.record = t.external_id AND p.reason = 'GoneAtStore') ${OR_ITSELF[table]} AS named FROM ${table} t WHERE t.connection_id = $1 ${READ[table]}`,
    [connection],
  );
  const there = new Set(store.truth[table]().map(({ id }) => id));
  for (const { id, named } of rows)
    demand(
      named === !there.has(id),
      `${id} is ${there.has(id) ? '' : 'not '}at the store and was ${named ? '' : 'not '}named as gone`,
    );
}

/** What a run says it read is what reached the hub, each batch once; no run is half done. */
export async function runsAreHonest(world: SeedWorld): Promise<void> {
  const connection = await connectionId(world);
  const runs = await world.hub.db.query<{ id: string; read: number; feed_type: string }>(
    'SELECT id, read, feed_type FROM runs WHERE connection_id = $1',
    [connection],
  );
  for (const { id, read, feed_type } of runs) {
    if (feed_type.endsWith('Export')) continue;
    const sent = [...(world.wires.batches.get(id)?.values() ?? [])].reduce((sum, each) => sum + each, 0);
    demand(read === sent, `run ${id} of ${feed_type} counts ${read} records, ${sent} were sent`);
  }
  const checkpoints = await world.hub.db.query<{ feed_type: string; value: { run?: unknown } }>(
    'SELECT feed_type, value FROM checkpoints WHERE connection_id = $1',
    [connection],
  );
  for (const { feed_type, value } of checkpoints)
    demand(value.run === undefined, `the checkpoint of ${feed_type} is in the middle of a run`);
}

/** Hash of each record as the pod would send it: the last column of its row. */
function hashesOf(
  table: TableName,
  records: readonly (OrderRecord | ProductRecord)[],
  name: string,
): Map<string, string> {
  const rules = { maxLength: 20, alphabet: 'Printable', prefix: '' } as const;
  return new Map(
    records.map((record) => {
      const encoder = new BatchEncoder();
      encoder.add(record, (order) => ({
        ...intakeByDefault(order, EARLIEST),
        custRef: orderReference(order.number, `Connection/simulation/${name}`, rules),
      }));
      const row = encoder
        .segments()
        .find((segment) => segment.table === table)!
        .data.toString('utf8')
        .trimEnd();
      return [record.id, row.slice(row.lastIndexOf('\t') + 1)];
    }),
  );
}
