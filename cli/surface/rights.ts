import { GROUP } from '../../crds/schema/define.ts';
import { CLUSTER_KINDS, NAMESPACED_KINDS } from './kind-names.ts';

/** Where a right is needed: where it is asked about, in the chart's namespace, in "default", or in all of them. */
export type Place = 'namespace' | 'system' | 'default' | 'cluster';

/** A right on the API server that a command needs. */
export interface Right {
  readonly place: Place;
  readonly apiGroup: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Only for a part of what the command does. */
  readonly only?: string;
}

const ours = (resources: readonly string[], verbs: readonly string[]): Right => ({
  place: 'namespace',
  apiGroup: GROUP,
  resources,
  verbs,
});
const group = (apiGroup: string, resources: readonly string[], verbs: readonly string[]): Right => ({
  place: 'namespace',
  apiGroup,
  resources,
  verbs,
});
const core = (place: Place, resources: readonly string[], verbs: readonly string[]): Right => ({
  place,
  apiGroup: '',
  resources,
  verbs,
});

const FOR_WIDE = 'for ClusterConnections';

/** `get` of the kind that is named. */
export const READ_KINDS: readonly Right[] = [
  ours(NAMESPACED_KINDS, ['list']),
  { ...ours(CLUSTER_KINDS, ['list']), place: 'cluster', only: 'for these kinds' },
];

export const READ_LICENSES: readonly Right[] = [
  ours(['connections'], ['list']),
  { ...ours(['clusterconnections', 'licenses'], ['list']), place: 'cluster' },
];

/** Looks these up by name or labels, and changes them. */
export const change = (...resources: string[]): readonly Right[] => [ours(resources, ['list', 'patch'])];

const wide = (...verbs: string[]): Right => ({
  ...ours(['clusterconnections'], verbs),
  place: 'cluster',
  only: FOR_WIDE,
});

/** Looks connections of either kind up, and changes them. */
export const CHANGE_CONNECTIONS: readonly Right[] = [...change('connections'), wide('list', 'patch')];

/** Feeds by name, or by their connection. */
export const SUSPEND: readonly Right[] = [...change('feeds'), { ...wide('list'), only: 'for their feeds' }];

/** A request of any kind. */
export const RECONCILE: readonly Right[] = [
  ours(NAMESPACED_KINDS, ['list', 'patch']),
  { ...ours(CLUSTER_KINDS, ['list', 'patch']), place: 'cluster', only: 'for these kinds' },
];

export const REMOVE_CONNECTIONS: readonly Right[] = [
  ours(['connections'], ['list', 'delete']),
  { ...core('namespace', ['events'], ['list']), only: 'to tell how it ended' },
];

export const READ_RUNS: readonly Right[] = [ours(['connections', 'feeds'], ['list']), wide('list')];

export const DESCRIBE: readonly Right[] = [
  ...READ_RUNS,
  { ...core('namespace', ['pods', 'events'], ['list']), only: 'to show these' },
  { ...core('default', ['events'], ['list']), only: 'to show those about a ClusterConnection' },
];

export const READ_LOGS: readonly Right[] = [
  ours(['connections'], ['list']),
  wide('list'),
  core('namespace', ['pods'], ['list']),
  core('namespace', ['pods/log'], ['get']),
];

/** The way to the hub: the key of the Store, and a tunnel to a pod. */
export const ASK_HUB: readonly Right[] = [
  { ...ours(['stores'], ['list']), only: 'without SUPERCARGO_API_KEY' },
  { ...core('namespace', ['secrets'], ['get']), only: 'without SUPERCARGO_API_KEY; that of the Store alone' },
  { ...core('system', ['pods'], ['list']), only: 'without SUPERCARGO_HUB_URL' },
  { ...core('system', ['pods/portforward'], ['get', 'create']), only: 'without SUPERCARGO_HUB_URL' },
];

/** The connection, its feeds, and the way to the hub for what Test mode kept back. */
export const GO_LIVE: readonly Right[] = [
  ours(['connections'], ['list', 'patch']),
  ours(['feeds'], ['list']),
  wide('list', 'patch'),
  ...ASK_HUB,
];

const TOLD = 'what may not be read is named in the report';

/** Reads, and no Secret among them. Each may be missing. */
export const REPORT: readonly Right[] = [
  { ...ours(NAMESPACED_KINDS, ['list']), only: TOLD },
  { ...ours(CLUSTER_KINDS, ['list']), place: 'cluster', only: TOLD },
  { ...core('namespace', ['pods', 'events'], ['list']), only: TOLD },
  { ...core('default', ['events'], ['list']), only: 'for those about what has no namespace' },
  { ...core('namespace', ['pods/log'], ['get']), only: TOLD },
  { ...group('apps', ['deployments'], ['list']), only: TOLD },
  { ...core('namespace', ['pods/portforward'], ['get', 'create']), only: 'for health and metrics of a sync pod' },
  { ...core('system', ['pods', 'events'], ['list']), only: TOLD },
  { ...core('system', ['pods/log'], ['get']), only: TOLD },
  { ...group('apps', ['deployments'], ['list']), place: 'system', only: TOLD },
  { ...core('system', ['pods/portforward'], ['get', 'create']), only: 'for health and metrics of operator and hub' },
];

/** A command that runs in the hub's pod. */
export const RUN_IN_HUB: readonly Right[] = [
  core('system', ['pods'], ['list']),
  core('system', ['pods/exec'], ['get', 'create']),
];

const MADE = ['create', 'get', 'list', 'patch'];

/** The drill makes a namespace of its own, and kills pods in it and, where that was asked for, beyond. */
export const DRILL: readonly Right[] = [
  core('cluster', ['namespaces'], ['get', 'create', 'delete']),
  { ...group('apps', ['deployments'], ['list']), place: 'cluster', only: 'without --system-namespace' },
  core('namespace', ['secrets', 'services'], MADE),
  group('networking.k8s.io', ['networkpolicies'], MADE),
  group('apps', ['deployments'], MADE),
  ours(['stores', 'credentials', 'connections', 'feeds'], MADE),
  ours(['connections'], ['delete']),
  core('namespace', ['pods'], ['list', 'delete']),
  core('namespace', ['pods/portforward'], ['get', 'create']),
  { ...core('system', ['pods'], ['list', 'delete']), only: 'for the parts hub and operator' },
  { ...core('system', ['secrets'], ['get']), only: 'where hub.tls is set; that Secret alone, for its ca.crt' },
];
