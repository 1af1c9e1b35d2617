import {
  childName,
  type CredentialResource,
  type DriverResource,
  type FeedResource,
  type StoreResource,
} from '../../crds/index.ts';
import type { PodView } from '../../kit/kube/builtin.ts';
import { objectKey } from '../../kit/kube/objects.ts';
import type { Caches } from '../caches.ts';
import type { OperatorConfig } from '../env.ts';
import type { SeatBook } from '../seating/book.ts';
import type { LicenseContext } from '../seating/seats.ts';
import { connectionId, connectionKey, podNamespace, type AnyConnection, type DeploymentView } from '../resources.ts';

/** Why a child could not be written, as a finding's reason and message. */
export interface ChildProblem {
  readonly reason: 'ChildRefused' | 'ChildNameTaken';
  readonly message: string;
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
  readonly feeds: readonly FeedResource[];
  readonly deployment: DeploymentView | undefined;
  /** False: what runs reads Store and Credential itself all the time, and cannot go on without them. A pod can. */
  readonly outlivesReferences?: false;
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
    now: Date;
  },
): ConnectionSnapshot {
  const { caches, seats, config, now } = sources;
  const { spec, status } = connection;
  const namespace = podNamespace(connection);
  const shop = status?.shop && `${spec.driver}/${status.shop.id}`;
  return {
    connection,
    now,
    allowPlainHttp: config.allowPlainHttp,
    podMetadata: config.syncPods.connectionMetadata,
    driver: caches.drivers.get(spec.driver),
    store: caches.stores.find(namespace, spec.storeRef.name),
    credential: caches.credentials.find(namespace, spec.credentialRef.name),
    license: seats.question(objectKey(namespace, spec.storeRef.name), spec.driver, now, config.requireLicense),
    licenseGraceMs: config.licenseGraceMs,
    sameShop:
      shop === undefined
        ? []
        : [...caches.connections.byIndex('shop', shop), ...caches.clusterConnections.byIndex('shop', shop)].filter(
            ({ metadata }) => metadata.uid !== connection.metadata.uid,
          ),
    feeds: caches.feeds.byIndex('connection', connectionId(connectionKey(connection))),
    deployment: caches.deployments.find(namespace, childName(connectionKey(connection))),
    pods: caches.pods.byIndex('connection', connectionId(connectionKey(connection))),
  };
}
