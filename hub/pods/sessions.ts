import type { ConnectionKey } from '../../crds/index.ts';
import { referenceRules } from '../../model/order-reference.ts';
import type { BudgetState, SessionAnswer, SessionRequest } from '../../model/sync-api.ts';
import type { DeclaredConnection, HubContext } from '../base/context.ts';
import { HttpError } from '../base/errors.ts';
import { hookUrl } from '../base/hook-url.ts';
import { noSession } from '../runs/in-session.ts';
import { findStore, type ConnectionRow } from '../stores/rules.ts';
import type { Queryable } from '../storage/database.ts';
import { digestKey, webhookMasterKey } from '../base/secrets.ts';

/** Registers the connection of a pod that has just started, and says by which rules it works. */
export async function openSession(
  hub: HubContext,
  key: ConnectionKey,
  request: SessionRequest,
): Promise<SessionAnswer> {
  await agree(hub, key, request);
  return hub.db.transaction(async (tx) => {
    const store = await findStore(tx, key.namespace, request.store);
    if (!store)
      throw new HttpError(
        409,
        'StoreUnknown',
        `Store ${key.namespace}/${request.store} has not reached the hub yet: check that it exists, the pod tries again by itself`,
      );
    const [row] = await tx.query<{ id: number; budget: BudgetState | null }>(
      `INSERT INTO connections (kind, namespace, name, store_id, driver, mode, catalogue, credential, safety_stock, remedies, exports, stock) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11::text[], $12)
       ON CONFLICT (kind, namespace, name) WHERE NOT retired DO UPDATE SET store_id = EXCLUDED.store_id, driver = EXCLUDED.driver, mode = EXCLUDED.mode, catalogue = EXCLUDED.catalogue,
         credential = EXCLUDED.credential, safety_stock = EXCLUDED.safety_stock, remedies = EXCLUDED.remedies, exports = EXCLUDED.exports, stock = EXCLUDED.stock, registered = true
       RETURNING id, budget`,
      [
        key.kind,
        key.namespace,
        key.name,
        store.id,
        request.driver,
        request.mode,
        request.catalogue,
        request.credential ?? null,
        request.safetyStock ?? 0,
        JSON.stringify(request.remedies ?? {}),
        request.exports ?? [],
        request.stock ?? 'onHand',
      ],
    );
    const connectionId = row!.id;
    if (request.mode === 'Production') await releaseHeldWrites(tx, connectionId);
    const publicUrl = hub.publicUrl();
    const master = await webhookMasterKey(tx);
    return {
      connectionId,
      hookUrl: publicUrl ? hookUrl(publicUrl, master, connectionId) : undefined,
      budget: row!.budget ?? undefined,
      digestKey: digestKey(master, connectionId),
      orderNumbers: referenceRules(store.rules.orderNumbers),
    };
  });
}

/** The pod and the hub hear of a change at nearly the same time. */
const PATIENCE_MS = 2000;
const LOOK_MS = 100;

/** What decides whose data the pod comes to must be as its Connection has it. */
async function agree(hub: HubContext, key: ConnectionKey, request: SessionRequest): Promise<void> {
  if (!hub.declared) return;
  for (let waited = 0; ; waited += LOOK_MS) {
    const differing = differences(hub.declared(key), request);
    if (differing.length === 0) return;
    if (waited >= PATIENCE_MS)
      throw new HttpError(
        409,
        'ConnectionDiffers',
        `what the pod says of ${key.kind} ${key.namespace}/${key.name} is not what the resource says (${differing.join(', ')}): the pod tries again by itself`,
      );
    await hub.clock.sleep(LOOK_MS);
  }
}

function differences(declared: DeclaredConnection | undefined, request: SessionRequest): string[] {
  return (['store', 'driver', 'mode', 'credential'] as const).filter((field) => declared?.[field] !== request[field]);
}

/**
 * Going live: what Test mode kept back is sent. Where the last word counts, a newer write of the same subject has taken
 * the older one's place. The brakes judge all of it as one plan, as the go-live report showed it.
 */
async function releaseHeldWrites(tx: Queryable, connectionId: number): Promise<void> {
  await tx.query(
    `UPDATE outbox o SET state = 'Superseded', done_at = now() WHERE connection_id = $1 AND state = 'Held' AND supersedes
       AND EXISTS (SELECT 1 FROM outbox n WHERE n.connection_id = $1 AND n.kind = o.kind AND n.subject = o.subject AND n.id > o.id)`,
    [connectionId],
  );
  await tx.query(
    `UPDATE outbox SET state = 'Pending', held_request = NULL, not_before = now(), passed = false WHERE connection_id = $1 AND state = 'Held'`,
    [connectionId],
  );
}

export async function findConnection(db: Queryable, key: ConnectionKey): Promise<ConnectionRow | undefined> {
  const [row] = await db.query<ConnectionRow & Record<string, unknown>>(
    'SELECT * FROM connections WHERE kind = $1 AND namespace = $2 AND name = $3 AND NOT retired',
    [key.kind, key.namespace, key.name],
  );
  return row;
}

export async function requireConnection(db: Queryable, key: ConnectionKey): Promise<ConnectionRow> {
  const row = await findConnection(db, key);
  if (!row?.registered) throw noSession();
  return row;
}
