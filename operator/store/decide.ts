import { createHash } from 'node:crypto';
import { ANNOTATIONS, storeKind, validateResource, type StoreResource } from '../../crds/index.ts';
import { isTrue, type ConditionValue, type Settlement } from '../../kit/conditions.ts';
import { inUse, type AnyConnection } from '../resources.ts';

export type DeveloperKey = NonNullable<NonNullable<StoreResource['status']>['developerKey']>;

/**
 * Name of the Secret whose key should be in force. Each value of the annotation has a name of its own, because the
 * operator may create Secrets but neither read nor overwrite one; without the annotation the key in force stays.
 */
export function developerSecretName({ metadata, spec, status }: StoreResource): string {
  const base = shortened(spec.developerApi?.secretName ?? `${metadata.name}-developer-api`);
  const request = metadata.annotations?.[ANNOTATIONS.rotateDeveloperKey];
  if (request) return `${base}-${createHash('sha256').update(request).digest('hex').slice(0, 8)}`;
  const present = status?.developerKey?.secretName;
  return present !== undefined && (present === base || present.startsWith(`${base}-`)) ? present : base;
}

/** Room for the suffix of a rotation within the 253 characters that a name may have. */
const LONGEST_BASE = 253 - 9;

function shortened(name: string): string {
  if (name.length <= LONGEST_BASE) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, LONGEST_BASE - 9).replace(/[-.]+$/, '')}-${digest}`;
}

/** What is said about a store. Pure. */
export function decideStore(
  store: StoreResource,
  connections: readonly AnyConnection[],
  keyProblem: ConditionValue | undefined,
): { settlement: Settlement; fields: object } {
  return {
    settlement: settle(store, keyProblem),
    fields: {
      client: store.spec.client ?? store.metadata.namespace,
      connections: inUse(connections),
      readyConnections: connections.filter(({ status }) => isTrue(status?.conditions, 'Ready')).length,
    },
  };
}

function settle(store: StoreResource, keyProblem: ConditionValue | undefined): Settlement {
  const [violation] = validateResource(storeKind, store);
  if (violation)
    return {
      state: 'Stalled',
      finding: { reason: 'InvalidSpec', message: `${violation.field}: ${violation.message}` },
    };
  if (keyProblem) return { state: 'Stalled', finding: keyProblem };
  return { state: 'Ready', finding: { reason: 'Accepted', message: 'connections can name it' } };
}

/** namespace/name of the Store whose key opens this one, where it says so. */
export function keyStoreOf({ metadata, spec }: StoreResource): string | undefined {
  const keyOf = spec.developerApi?.keyOf;
  return keyOf && `${keyOf.namespace ?? metadata.namespace}/${keyOf.name}`;
}

/** Why no key opens a Store that is to be opened by that of another; undefined: it does. Pure. */
export function keyStoreProblem(
  store: StoreResource,
  wanted: string,
  keyStore: StoreResource | undefined,
): ConditionValue | undefined {
  const finding = (reason: string, message: string): ConditionValue => ({ status: 'False', reason, message });
  if (!keyStore)
    return finding(
      'KeyStoreUnknown',
      `spec.developerApi.keyOf names the Store ${wanted}, which does not exist: no key opens this Store until it does`,
    );
  const { namespace = '' } = store.metadata;
  if (keyStore.metadata.namespace !== namespace && !keyStore.spec.developerApi?.namespaces?.includes(namespace))
    return finding(
      'KeyStoreRefuses',
      `the Store ${wanted} does not let Stores of namespace ${namespace} in: add it to spec.developerApi.namespaces there`,
    );
  if (keyStore.spec.developerApi?.keyOf)
    return finding(
      'KeyStoreHasNoKey',
      `the Store ${wanted} has no key of its own, it is opened by that of another: name that one`,
    );
  return undefined;
}
