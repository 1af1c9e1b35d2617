import type { Reconcile } from '../../kit/controller.ts';
import { DONE } from '../../kit/outcome.ts';
import type { Context } from '../context.ts';
import { decideCredential } from './decide.ts';

/** A Credential says how the connections that use it fare with it. Its Secret is read by none but their pods. */
export function credentialReconciler({ informers, reporter }: Context): Reconcile {
  return async (key) => {
    const credential = informers.credentials.get(key);
    if (!credential || credential.metadata.deletionTimestamp) return DONE;
    const users = [
      ...informers.connections.byIndex('credential', key),
      ...informers.clusterConnections.byIndex('credential', key),
    ];
    const { settlement, fields } = decideCredential(credential, users);
    await reporter.report(informers.credentials, credential, { settlement, findings: {}, fields });
    return DONE;
  };
}
