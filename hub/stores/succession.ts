import type { Transaction } from '../storage/database.ts';
import type { StoreRecord } from './store-record.ts';

/** What the Store of a name is to the one that was there under it before. */
export type Succession =
  | { readonly is: 'itself' }
  /** Another one that got its name: it starts empty. */
  | { readonly is: 'another'; readonly before: string }
  | { readonly is: 'heir'; readonly of: string };

interface Found extends Record<string, unknown> {
  readonly id: number;
  readonly uid: string | null;
}

/**
 * Before a Store is saved: a row of another uid under its name steps aside with its connections, and what the Store
 * says that it takes over takes its place. `adoptByName`: the installation was made anew from its manifests, and every
 * Store is who has its name.
 */
export async function succeed(tx: Transaction, store: StoreRecord, adoptByName: boolean): Promise<Succession> {
  const { namespace, name, uid, adopt } = store;
  // Two hubs that hear of a Store at once go one after the other.
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 44))', [`${namespace}/${name}`]);
  const [now] = await tx.query<Found>('SELECT id, uid FROM stores WHERE namespace = $1 AND name = $2 AND NOT retired', [
    namespace,
    name,
  ]);
  if (uid === undefined) return { is: 'itself' };
  const isSame = !now || now.uid === null || now.uid === uid;
  if (!isSame && (adoptByName || adopt === now.uid)) return { is: 'heir', of: now.uid };
  const [former] =
    adopt === undefined
      ? []
      : await tx.query<Found>(
          'SELECT id, uid FROM stores WHERE namespace = $1 AND name = $2 AND retired AND uid = $3 ORDER BY id DESC LIMIT 1',
          [namespace, name, adopt],
        );
  if (isSame && !former) return { is: 'itself' };
  if (now) await retire(tx, now.id);
  if (!former) return { is: 'another', before: now!.uid! };
  // What stepped aside for it can be taken over no more: it is its own.
  if (isSame && now) await tx.query('UPDATE stores SET uid = NULL WHERE id = $1', [now.id]);
  await tx.query('UPDATE stores SET retired = false WHERE id = $1', [former.id]);
  await tx.query('UPDATE connections SET retired = false, registered = false WHERE store_id = $1', [former.id]);
  return { is: 'heir', of: adopt! };
}

async function retire(tx: Transaction, id: number): Promise<void> {
  await tx.query('UPDATE stores SET retired = true, deleted = true, key_hash = NULL WHERE id = $1', [id]);
  await tx.query('UPDATE connections SET retired = true WHERE store_id = $1', [id]);
}

/** A key that opens another Store opens no second one: who wrote it there is told. */
export async function refuseKnownKey(tx: Transaction, { namespace, name, keyHash }: StoreRecord): Promise<void> {
  if (keyHash === undefined) return;
  const [other] = await tx.query(
    'SELECT 1 FROM stores WHERE key_hash = $1 AND NOT (namespace = $2 AND name = $3 AND NOT retired)',
    [keyHash, namespace, name],
  );
  if (other)
    throw new Error(
      `the developer API key in the status of Store ${namespace}/${name} is that of another Store: rotate it by the annotation supercargo.dev/rotate-developer-key`,
    );
}
