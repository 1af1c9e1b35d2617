import { childName, type CredentialResource, type DriverResource, type StoreResource } from '../../crds/index.ts';
import type { PodView } from '../../kit/kube/builtin.ts';
import { objectKey } from '../../kit/kube/objects.ts';
import type { Caches } from '../caches.ts';
import type { OperatorConfig } from '../env.ts';
import type { SeatBook } from '../seating/book.ts';
import type { RolloutBook } from '../waves/book.ts';
import { ownPartOf, type Revisions } from './revision.ts';
import type { Grant } from '../waves/turn.ts';
import type { LicenseContext } from '../seating/seats.ts';
import { connectionId, connectionKey, podNamespace, type AnyConnection, type DeploymentView } from '../resources.ts';

import type { PodSettings } from './children-input.ts';
import type { FeedView } from '../views.ts';

/** Why a child could not be written, as a finding's reason and message. */
export interface ChildProblem {
  readonly reason: 'ChildRefused' | 'ChildNameTaken';
  readonly message: string;
}

/** What a roll-out asks of a connection that has all it names. */
export interface RolloutPart {
  readonly image: string;
  readonly revision: string;
  readonly own: string;
  readonly grant: Grant | undefined;
}

/** All that a decision about a connection is made of, read at one moment. */
export interface ConnectionSnapshot {
  readonly connection: AnyConnection;
  readonly now: Date;
  /** Whether this installation lets credentials go over http://. */
  readonly allowPlainHttp: boolean;
  /** Beginnings of keys that a connection may use in its pod's labels and annotations; absent: there are no pods. */
  readonly podMetadata?: readonly string[];
  readonly driver: DriverResource | undefined;
  readonly store: StoreResource | undefined;
  readonly credential: CredentialResource | undefined;
  readonly license: LicenseContext;
  /** How long it goes on without a seat, where one is required. */
  readonly licenseGraceMs: number;
  /** Other connections that found the same shop behind the same driver. */
  readonly sameShop: readonly AnyConnection[];
  readonly feeds: readonly FeedView[];
  readonly deployment: DeploymentView | undefined;
  /** False: what runs reads Store and Credential itself all the time, and cannot go on without them. A pod can. */
  readonly outlivesReferences?: false;
  /** What its pod is to be made of, and whether it was let through to that; absent: no roll-out goes in waves here. */
  readonly rollout?: RolloutPart;
  /** Pods of the Deployment, as far as they are known. */
  readonly pods: readonly PodView[];
  /** Why a child could not be applied. */
  readonly childProblem?: ChildProblem;
}

/** Reads the caches; by key and index only. */
export function gather(
  connection: AnyConnection,
  sources: {
    caches: Caches;
    seats: SeatBook;
    config: Pick<OperatorConfig, 'requireLicense' | 'licenseGraceMs' | 'allowPlainHttp' | 'syncPods'>;
    pod: PodSettings;
    rollout: RolloutBook;
    revisions: Revisions;
    now: Date;
  },
): ConnectionSnapshot {
  const { caches, seats, config, pod, rollout, revisions, now } = sources;
  const { spec, status } = connection;
  const namespace = podNamespace(connection);
  const shop = status?.shop && `${spec.driver}/${status.shop.id}`;
  const driver = caches.drivers.get(spec.driver);
  const store = caches.stores.find(namespace, spec.storeRef.name);
  const credential = caches.credentials.find(namespace, spec.credentialRef.name);
  const name = childName(connectionKey(connection));
  return {
    connection,
    now,
    allowPlainHttp: config.allowPlainHttp,
    podMetadata: config.syncPods.connectionMetadata,
    driver,
    store,
    credential,
    license: seats.question(objectKey(namespace, spec.storeRef.name), spec.driver, now, config.requireLicense),
    licenseGraceMs: config.licenseGraceMs,
    sameShop:
      shop === undefined
        ? []
        : [...caches.connections.byIndex('shop', shop), ...caches.clusterConnections.byIndex('shop', shop)].filter(
            ({ metadata }) => metadata.uid !== connection.metadata.uid,
          ),
    feeds: caches.feeds.byIndex('connection', connectionId(connectionKey(connection))),
    deployment: caches.deployments.find(namespace, name),
    rollout:
      driver && store && credential
        ? {
            image: driver.spec.image ?? pod.image,
            revision: revisions.of(pod, driver),
            own: ownPartOf({ connection, store, credential, pod }),
            grant: rollout.waiter(objectKey(namespace, name))?.grant,
          }
        : undefined,
    pods: caches.pods.byIndex('connection', connectionId(connectionKey(connection))),
  };
}
