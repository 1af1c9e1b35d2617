import { createHash } from 'node:crypto';
import { LABELS, type DriverResource, type FeedResource, type StoreResource } from '../../crds/index.ts';
import type { PodSettings } from './children-input.ts';
import { connectionKey, podNamespace, type AnyConnection } from '../resources.ts';

const MAX_LABEL = 63;

/** A label value of a name that may be longer than one: its beginning and a digest. */
export function labelValue(name: string): string {
  if (name.length <= MAX_LABEL) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, MAX_LABEL - 9).replace(/[-._]+$/, '')}-${digest}`;
}

/** Mirrored to the connection and set on every child, so that lists filter by client, store, warehouse and driver. */
export function filterLabels(
  connection: AnyConnection,
  store: StoreResource | undefined,
  driver: DriverResource | undefined,
): Record<string, string> {
  const { spec } = connection;
  return {
    [LABELS.client]: labelValue(store?.spec.client ?? podNamespace(connection)),
    [LABELS.store]: labelValue(spec.storeRef.name),
    [LABELS.driver]: labelValue(spec.driver),
    ...(spec.warehouse === undefined ? {} : { [LABELS.warehouse]: spec.warehouse }),
    ...(driver ? { [LABELS.platformKind]: driver.spec.platformKind } : {}),
  };
}

/** What never changes in a child's labels: the Deployment selects its pods by these. */
export function selectorLabels(connection: AnyConnection): Record<string, string> {
  const key = connectionKey(connection);
  return {
    'app.kubernetes.io/name': 'supercargo-sync',
    [LABELS.connection]: key.name,
    [LABELS.connectionKind]: key.kind,
  };
}

/** The labels by which shards are told apart, as the connection has them. */
export function shardLabels({ metadata }: AnyConnection, shardKeys: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    shardKeys.flatMap((key) => {
      const value = metadata.labels?.[key];
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

/** All labels of a child. */
export function childLabels(
  connection: AnyConnection,
  store: StoreResource | undefined,
  driver: DriverResource | undefined,
  { installation, shardKeys }: Pick<PodSettings, 'installation' | 'shardKeys'>,
): Record<string, string> {
  return {
    ...shardLabels(connection, shardKeys),
    ...filterLabels(connection, store, driver),
    ...selectorLabels(connection),
    [LABELS.installation]: installation,
    'app.kubernetes.io/component': 'sync',
    'app.kubernetes.io/part-of': 'supercargo',
    'app.kubernetes.io/managed-by': 'supercargo-operator',
  };
}

/** By these a pod finds the runs that are asked of its feeds. */
export function feedRunLabels({ spec: { connectionRef } }: Pick<FeedResource, 'spec'>): Record<string, string> {
  return {
    [LABELS.connection]: labelValue(connectionRef.name),
    [LABELS.connectionKind]: connectionRef.kind ?? 'Connection',
  };
}
