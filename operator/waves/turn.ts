import type { DeploymentView } from '../resources.ts';
import { markOf, type Mark } from './mark.ts';

/** A connection was let through to a revision, and its Deployment has not been seen with it yet. */
export interface Grant {
  readonly revision: string;
  readonly rolledAt?: string;
}

/** Whether a connection's Deployment is written now, and as what; or waits and is left as it is. */
export type Turn = { readonly waits: false; readonly mark: Mark } | { readonly waits: true; readonly revision: string };

/**
 * What the installation changes waits to be let through; what the connection itself changes goes at once, as does
 * whatever stops no pod that runs. Pure.
 */
export function turnOf(facts: {
  readonly deployment: DeploymentView | undefined;
  readonly replicas: 0 | 1;
  readonly revision: string;
  readonly own: string;
  readonly grant: Grant | undefined;
}): Turn {
  const { deployment, replicas, revision, own, grant } = facts;
  const live = deployment ? markOf(deployment) : {};
  const now = (rolledAt?: string): Turn => ({
    waits: false,
    mark: { revision, own, ...(rolledAt === undefined ? {} : { rolledAt }) },
  });
  if (live.revision === revision) return now(live.own === own ? live.rolledAt : undefined);
  const runs = replicas === 1 && deployment?.spec.replicas === 1;
  const changedItself = live.own !== undefined && live.own !== own;
  if (!runs || changedItself) return now();
  return grant?.revision === revision ? now(grant.rolledAt) : { waits: true, revision };
}
