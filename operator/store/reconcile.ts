import type { Reconcile } from '../../kit/controller.ts';
import { DONE, requeueAfter } from '../../kit/outcome.ts';
import type { Context } from '../context.ts';
import { decideStore, keyStoreOf, keyStoreProblem, type DeveloperKey } from './decide.ts';
import { ensureDeveloperKey, type KeyOutcome } from './developer-key.ts';

/** Secrets are not watched: whether the one in the way is gone is found by trying. */
const KEY_RETRY_MS = 60_000;

/** A Store gets its developer API key and counts its connections. */
export function storeReconciler(context: Context): Reconcile {
  const { informers, reporter } = context;
  const made = new Map<string, DeveloperKey>();
  return async (key) => {
    const store = informers.stores.get(key);
    if (!store || store.metadata.deletionTimestamp) return DONE;
    const keyStore = keyStoreOf(store);
    // Opened by the key of another Store: none of its own is made.
    const refused = keyStore && keyStoreProblem(store, keyStore, informers.stores.get(keyStore));
    const outcome: KeyOutcome = keyStore
      ? { ...(refused ? { problem: refused } : {}) }
      : await ensureDeveloperKey(context, store, made);
    const problem = 'problem' in outcome ? outcome.problem : undefined;
    const developerKey = 'key' in outcome ? outcome.key : keyStore ? undefined : store.status?.developerKey;
    const connections = [
      ...informers.connections.byIndex('store', key),
      ...informers.clusterConnections.byIndex('store', key),
    ];
    const { settlement, fields } = decideStore(store, connections, problem);
    await reporter.report(informers.stores, store, {
      settlement,
      findings: {},
      fields: { ...fields, ...(developerKey ? { developerKey } : {}) },
    });
    return problem ? requeueAfter(KEY_RETRY_MS) : DONE;
  };
}
