import type { Reconcile } from '../../kit/controller.ts';
import { DONE, requeueAfter } from '../../kit/outcome.ts';
import type { Context } from '../context.ts';
import { OTHER_SHARDS_AGAIN_MS, usersOf } from '../sight.ts';
import { decideCredential } from './decide.ts';

/** A Credential says how the connections that use it fare with it. Its Secret is read by none but their pods. */
export function credentialReconciler(context: Context): Reconcile {
  const { informers, reporter, claims, config } = context;
  return async (key) => {
    const credential = informers.credentials.get(key);
    if (!credential || credential.metadata.deletionTimestamp) return DONE;
    if (!(await claims.hold(informers.credentials, credential))) return DONE;
    const { settlement, fields } = decideCredential(credential, await usersOf(context, 'credential', key));
    await reporter.report(informers.credentials, credential, { settlement, findings: {}, fields });
    return config.selector === undefined ? DONE : requeueAfter(OTHER_SHARDS_AGAIN_MS);
  };
}
