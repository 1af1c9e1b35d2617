import type { Flag } from './command.ts';

/** The state folder; what it is for differs. */
export const state = (description: string): Flag => ({
  usage: '--state <folder>',
  description,
  default: '.supercargo',
  env: 'SUPERCARGO_STATE',
});

/** Which cluster, and as whom, as kubectl takes them. */
export const CONTEXT: Flag = { usage: '--context <name>', description: 'kubeconfig context' };
export const KUBECONFIG: Flag = { usage: '--kubeconfig <file>', description: 'kubeconfig to use' };
export const AS: Flag = { usage: '--as <user>', description: 'user to act as' };
export const WHICH_CLUSTER: readonly Flag[] = [CONTEXT, KUBECONFIG, AS];
export const SYSTEM_NAMESPACE: Flag = {
  usage: '--system-namespace <name>',
  description: 'namespace that the chart is installed in; found if absent',
};
export const TIMEOUT: Flag = { usage: '--timeout <seconds>', description: 'how long to wait', default: '120' };
export const SELECTOR: Flag = { usage: '-l, --selector <selector>', description: 'labels' };
export const AS_JSON: Flag = { usage: '-o, --output <format>', description: 'as JSON', choices: ['json'] };

/** For all that ask a cluster or a running `up`. */
export const COMMON: readonly Flag[] = [
  { usage: '-n, --namespace <name>', description: 'namespace' },
  state('state folder of a local "up"'),
  ...WHICH_CLUSTER,
];

export const ALL_NAMESPACES: Flag = { usage: '-A, --all-namespaces', description: 'all namespaces' };

/** For commands that list or choose resources, as kubectl: -n, else the namespace of the context, or all. */
export const SCOPED: readonly Flag[] = [...COMMON, ALL_NAMESPACES, SELECTOR];

/** For commands that write to what they choose. */
export const CHOSEN: readonly Flag[] = [
  ...SCOPED,
  { usage: '--all', description: 'all of the namespace, or with -A of all; in place of names and -l' },
];

/** For commands about connections of either kind. */
export const CONNECTION_KIND: Flag = {
  usage: '--kind <kind>',
  description: 'of names that have none before them, and of what -l and --all choose',
  choices: ['connections', 'clusterconnections'],
  default: 'connections',
};

/** For commands that wait only where that is asked for. */
export const WAIT: readonly Flag[] = [{ usage: '--wait', description: 'until it is so', default: false }, TIMEOUT];

/** For commands that wait unless told otherwise. */
export const NO_WAIT: readonly Flag[] = [
  { usage: '--wait', description: 'until it is carried out or cannot be', default: true },
  { usage: '--no-wait', description: 'ask for it, and that is all' },
  TIMEOUT,
];

/** For commands that ask the hub: on a cluster they find it and the Store's key by themselves. */
export const ASKS_HUB: readonly Flag[] = [
  ...COMMON,
  { usage: '--store <name>', description: 'Store, where the namespace has several' },
  SYSTEM_NAMESPACE,
];
