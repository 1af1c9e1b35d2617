import { z } from 'zod';
import type { StoreSpec } from '../../crds/index.ts';
import type { Queryable, Transaction } from '../storage/database.ts';
import { orderRulesOf } from './order-rules.ts';
import type { StoreRecord } from './store-record.ts';
import { refuseKnownKey, succeed, type Succession } from './succession.ts';

export type { StoreRecord } from './store-record.ts';

export interface StoreRow {
  readonly id: number;
  readonly namespace: string;
  readonly name: string;
  readonly client: string;
  readonly rules: StoreSpec;
}

const STORE_COLUMNS = 'id, namespace, name, client, rules';

/**
 * Writes a Store's rules where SQL can join them. Returns the rules before, and whether those that orders are judged by
 * have changed.
 */
export async function saveStore(
  tx: Transaction,
  store: StoreRecord,
  adoptByName = false,
): Promise<{ id: number; before: StoreSpec | undefined; orderRulesChanged: boolean; succession: Succession }> {
  const succession = await succeed(tx, store, adoptByName);
  await refuseKnownKey(tx, store);
  const [before] = await tx.query<{ id: number; rules: StoreSpec }>(
    'SELECT id, rules FROM stores WHERE namespace = $1 AND name = $2 AND NOT retired FOR UPDATE',
    [store.namespace, store.name],
  );
  const [row] = await tx.query<{ id: number }>(
    `INSERT INTO stores (namespace, name, uid, client, key_hash, rules, key_of) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (namespace, name) WHERE NOT retired DO UPDATE SET uid = coalesce(EXCLUDED.uid, stores.uid), client = EXCLUDED.client, key_hash = EXCLUDED.key_hash, rules = EXCLUDED.rules, key_of = EXCLUDED.key_of, deleted = false
     RETURNING id`,
    [
      store.namespace,
      store.name,
      store.uid ?? null,
      store.spec.client ?? store.namespace,
      store.spec.developerApi?.keyOf ? null : (store.keyHash ?? null),
      JSON.stringify(store.spec),
      keyStoreOf(store.namespace, store.spec) ?? null,
    ],
  );
  const id = row!.id;
  const orderRulesChanged =
    !before || JSON.stringify(orderRules(before.rules)) !== JSON.stringify(orderRules(store.spec));
  if (orderRulesChanged) {
    await replaceMap(tx, 'sku_aliases', ['alias', 'sku'], id, Object.entries(store.spec.skuAliases ?? {}));
    await replaceMap(
      tx,
      'shipping_method_map',
      ['method', 'code'],
      id,
      Object.entries(store.spec.shippingMethods ?? {}),
    );
    await replaceMap(
      tx,
      'promotional_codes',
      ['sku'],
      id,
      (store.spec.promotionalCodes ?? []).map((sku) => [sku]),
    );
    await replaceKits(tx, id, store.spec.kits ?? []);
  }
  return { id, before: before?.rules, orderRulesChanged, succession };
}

/** Sorted, so that the order of keys in YAML is no change. */
function orderRules(spec: StoreSpec): unknown {
  const sorted = (map: Record<string, string> | undefined) =>
    Object.entries(map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const { accept, unpaidDays, channels } = orderRulesOf(spec);
  return [
    sorted(spec.skuAliases),
    sorted(spec.shippingMethods),
    [...(spec.promotionalCodes ?? [])].sort(),
    kitRows(spec.kits ?? [])
      .map((row) => row.join('\n'))
      .sort(),
    [...accept].sort(),
    unpaidDays,
    channels && [...channels].sort(),
    spec.orders?.severalDeliveries === 'Accept',
  ];
}

type Kits = NonNullable<StoreSpec['kits']>;

const kitRows = (kits: Kits): [string, string, number][] =>
  kits.flatMap(({ sku, components }) =>
    components.map((component): [string, string, number] => [sku, component.sku, component.quantity]),
  );

async function replaceKits(tx: Transaction, storeId: number, kits: Kits): Promise<void> {
  const rows = kitRows(kits);
  await tx.query('DELETE FROM kits WHERE store_id = $1', [storeId]);
  if (rows.length === 0) return;
  await tx.query(
    'INSERT INTO kits (store_id, sku, component, quantity) SELECT $1, * FROM unnest($2::text[], $3::text[], $4::int[])',
    [storeId, rows.map(([sku]) => sku), rows.map(([, component]) => component), rows.map(([, , quantity]) => quantity)],
  );
}

async function replaceMap(
  tx: Transaction,
  table: string,
  columns: readonly string[],
  storeId: number,
  entries: readonly (readonly string[])[],
): Promise<void> {
  await tx.query(`DELETE FROM ${table} WHERE store_id = $1`, [storeId]);
  if (entries.length === 0) return;
  const arrays = columns.map((_, index) => `$${index + 2}::text[]`).join(', ');
  await tx.query(`INSERT INTO ${table} (store_id, ${columns.join(', ')}) SELECT $1, * FROM unnest(${arrays})`, [
    storeId,
    ...columns.map((_, index) => entries.map((entry) => entry[index])),
  ]);
}

export async function findStore(db: Queryable, namespace: string, name: string): Promise<StoreRow | undefined> {
  const [row] = await db.query<StoreRow & Record<string, unknown>>(
    `SELECT ${STORE_COLUMNS} FROM stores WHERE namespace = $1 AND name = $2 AND NOT deleted`,
    [namespace, name],
  );
  return row;
}

export async function findStoreById(db: Queryable, id: number): Promise<StoreRow | undefined> {
  const [row] = await db.query<StoreRow & Record<string, unknown>>(
    `SELECT ${STORE_COLUMNS} FROM stores WHERE id = $1`,
    [id],
    'store-by-id',
  );
  return row;
}

/** namespace/name of the Store whose key opens this one, where it says so. */
export function keyStoreOf(namespace: string, { developerApi }: StoreSpec): string | undefined {
  const keyOf = developerApi?.keyOf;
  return keyOf && `${keyOf.namespace ?? namespace}/${keyOf.name}`;
}

/** The Stores that a key opens: the one that it is of, first, and those that say that it opens them. */
export async function findStoresByKeyHash(db: Queryable, keyHash: string): Promise<StoreRow[]> {
  return db.query<StoreRow & Record<string, unknown>>(
    `WITH of AS (SELECT ${STORE_COLUMNS} FROM stores WHERE key_hash = $1 AND NOT deleted)
     SELECT *, 0 AS place FROM of
     UNION ALL SELECT ${STORE_COLUMNS.replaceAll(/\w+/g, (column) => `s.${column}`)}, 1 FROM of JOIN stores s ON s.key_of = of.namespace || '/' || of.name AND NOT s.deleted
       AND (s.namespace = of.namespace OR of.rules->'developerApi'->'namespaces' ? s.namespace)
     ORDER BY place, namespace, name`,
    [keyHash],
  );
}

/** The Store whose key opens this one: of the same namespace, or one that lets this namespace in. */
export async function findKeyStore(db: Queryable, store: StoreRow): Promise<StoreRow | undefined> {
  const [namespace, name] = keyStoreOf(store.namespace, store.rules)?.split('/') ?? [];
  const found = namespace === undefined || name === undefined ? undefined : await findStore(db, namespace, name);
  const letsIn =
    found?.namespace === store.namespace || found?.rules.developerApi?.namespaces?.includes(store.namespace);
  return letsIn ? found : undefined;
}

/** The key stops working; the data stays until the connections' deletion policies say otherwise. */
export async function forgetStore(db: Queryable, namespace: string, name: string): Promise<void> {
  await db.query(
    'UPDATE stores SET deleted = true, key_hash = NULL WHERE namespace = $1 AND name = $2 AND NOT retired',
    [namespace, name],
  );
}

export const connectionRow = z.object({
  id: z.number(),
  kind: z.string(),
  namespace: z.string(),
  name: z.string(),
  store_id: z.number(),
  driver: z.string(),
  mode: z.string(),
  catalogue: z.boolean(),
  hooks_since: z.string().nullable(),
  registered: z.boolean(),
});
export type ConnectionRow = z.infer<typeof connectionRow>;
