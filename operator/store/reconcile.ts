import type { Reconcile } from '../../kit/controller.ts';
import { DONE, requeueAfter } from '../../kit/outcome.ts';
import type { Context } from '../context.ts';
import { OTHER_SHARDS_AGAIN_MS, usersOf } from '../sight.ts';
import { decideStore, keyStoreOf, keyStoreProblem, type DeveloperKey } from './decide.ts';
import { ensureDeveloperKey, type KeyOutcome } from './developer-key.ts';

/** Secrets are not watched: whether the one in the way is gone is found by trying. */
const KEY_RETRY_MS = 60_000;

/** A Store gets its developer API key and counts its connections. */
export function storeReconciler(context: Context): Reconcile {
  const { informers, reporter, claims, config } = context;
  const made = new Map<string, DeveloperKey>();
  return async (key) => {
    const store = informers.stores.get(key);
    if (!store || store.metadata.deletionTimestamp) return DONE;
    const keyStore = keyStoreOf(store);
    if (!(await claims.hold(informers.stores, store))) return DONE;
    // Opened by the key of another Store: none of its own is made.
    const refused = keyStore && keyStoreProblem(store, keyStore, informers.stores.get(keyStore));
    const outcome: KeyOutcome = keyStore
      ? { ...(refused ? { problem: refused } : {}) }
      : await ensureDeveloperKey(context, store, made);
    const problem = 'problem' in outcome ? outcome.problem : undefined;
    const developerKey = 'key' in outcome ? outcome.key : keyStore ? undefined : store.status?.developerKey;
    const { settlement, fields } = decideStore(store, await usersOf(context, 'store', key), problem);
    await reporter.report(informers.stores, store, {
      settlement,
      findings: {},
      fields: { ...fields, ...(developerKey ? { developerKey } : {}) },
    });
    if (problem) return requeueAfter(KEY_RETRY_MS);
    return config.selector === undefined ? DONE : requeueAfter(OTHER_SHARDS_AGAIN_MS);
  };
}
