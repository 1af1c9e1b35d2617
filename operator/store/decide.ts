import { createHash } from 'node:crypto';
import { ANNOTATIONS, storeKind, validateResource, type StoreResource } from '../../crds/index.ts';
import { isTrue, type Finding, type Settlement } from '../../kit/conditions.ts';
import type { AnyConnection } from '../resources.ts';

export type DeveloperKey = NonNullable<NonNullable<StoreResource['status']>['developerKey']>;

/**
 * Name of the Secret whose key should be in force. Each value of the annotation has a name of its own, because the
 * operator may create Secrets but neither read nor overwrite one; without the annotation the key in force stays.
 */
export function developerSecretName({ metadata, spec, status }: StoreResource): string {
  const base = spec.developerApi?.secretName ?? `${metadata.name}-developer-api`;
  const request = metadata.annotations?.[ANNOTATIONS.rotateDeveloperKey];
  if (request) return `${base}-${createHash('sha256').update(request).digest('hex').slice(0, 8)}`;
  const present = status?.developerKey?.secretName;
  return present !== undefined && (present === base || present.startsWith(`${base}-`)) ? present : base;
}

/** What is said about a store. Pure. */
export function decideStore(
  store: StoreResource,
  connections: readonly AnyConnection[],
  keyProblem: Finding | undefined,
): { settlement: Settlement; fields: object } {
  return {
    settlement: settle(store, keyProblem),
    fields: {
      client: store.spec.client ?? store.metadata.namespace,
      connections: connections.length,
      readyConnections: connections.filter(({ status }) => isTrue(status?.conditions, 'Ready')).length,
    },
  };
}

function settle(store: StoreResource, keyProblem: Finding | undefined): Settlement {
  const [violation] = validateResource(storeKind, store);
  if (violation)
    return {
      state: 'Stalled',
      finding: { reason: 'InvalidSpec', message: `${violation.field}: ${violation.message}` },
    };
  if (keyProblem) return { state: 'Stalled', finding: keyProblem };
  return { state: 'Ready', finding: { reason: 'Accepted', message: 'connections can name it' } };
}
