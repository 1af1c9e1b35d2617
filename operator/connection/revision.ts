import { API_VERSION, type CredentialResource, type DriverResource, type StoreResource } from '../../crds/index.ts';
import { stableDigest } from '../../kit/stable-digest.ts';
import type { ChildrenInput, PodSettings } from './children-input.ts';
import { deploymentSpec } from './deployment.ts';
import { childLabels, filterLabels } from './labels.ts';
import type { AnyConnection } from '../resources.ts';

/** Resources that never change: what differs between two pods made for them is the installation's. */
const metadata = { name: 'any', namespace: 'any' };
const ANY_CONNECTION: AnyConnection = {
  ...{ apiVersion: API_VERSION, kind: 'Connection', metadata },
  spec: { driver: 'any', storeRef: { name: 'any' }, credentialRef: { name: 'any' } },
};
const ANY_STORE: StoreResource = { apiVersion: API_VERSION, kind: 'Store', metadata, spec: {} };
const ANY_CREDENTIAL: CredentialResource = {
  ...{ apiVersion: API_VERSION, kind: 'Credential', metadata },
  spec: { driver: 'any', secretRef: { name: 'any' } },
};

/**
 * Digest of what the installation gives to every pod of a driver: its image, the sync values of the chart, and how this
 * release makes a pod. The hub's CA is not in it: a pod that keeps the old one is cut off.
 */
export function revisionOf({ hubCa: _hubCa, ...pod }: PodSettings, driver: DriverResource): string {
  const { image, platformKind } = driver.spec;
  const input: ChildrenInput = {
    connection: ANY_CONNECTION,
    store: ANY_STORE,
    driver: { ...driver, spec: { title: 'any', feeds: [], image, platformKind } },
    credential: ANY_CREDENTIAL,
    replicas: 1,
    pod,
  };
  const labels = childLabels(ANY_CONNECTION, ANY_STORE, input.driver, pod);
  return stableDigest({ template: (deploymentSpec(input, labels) as { template: object }).template });
}

/** Those of this process, whose settings stay: each is worked out once for each version of its Driver. */
export class Revisions {
  readonly #known = new WeakMap<DriverResource, string>();

  of(pod: PodSettings, driver: DriverResource): string {
    const known = this.#known.get(driver) ?? revisionOf(pod, driver);
    this.#known.set(driver, known);
    return known;
  }
}

/**
 * Digest of what the connection, its Store and its Credential give to the pod. By what they say, not by what a release
 * makes of it: a release that changed this digest would take every connection for changed, and let all through at once.
 */
export function ownPartOf({ connection, store, credential, pod }: Omit<ChildrenInput, 'driver' | 'replicas'>): string {
  const { resources, pod: ofPod } = connection.spec;
  const { secretRef, keys, recheckAfter, hosts } = credential.spec;
  return stableDigest({
    labels: filterLabels(connection, store, undefined),
    names: [connection.spec.driver, connection.spec.storeRef.name],
    resources,
    pod: ofPod,
    credential: { name: credential.metadata.name, secretName: secretRef.name, keys, recheckAfter, hosts },
    hubCa: pod.hubCa,
  });
}
