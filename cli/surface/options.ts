import type { Flag } from './command.ts';

/** The state folder; what it is for differs. */
export const state = (description: string): Flag => ({
  usage: '--state <folder>',
  description,
  default: '.supercargo',
  env: 'SUPERCARGO_STATE',
});

export const CONTEXT: Flag = { usage: '--context <name>', description: 'kubeconfig context' };
export const SYSTEM_NAMESPACE: Flag = {
  usage: '--system-namespace <name>',
  description: 'namespace that the chart is installed in; found if absent',
};
export const SELECTOR: Flag = { usage: '-l, --selector <selector>', description: 'labels' };
export const AS_JSON: Flag = { usage: '-o, --output <format>', description: 'as JSON', choices: ['json'] };

export const TIMEOUT: Flag = { usage: '--timeout <seconds>', description: 'how long to wait', default: '120' };

/** For all that ask a cluster or a running `up`. */
export const COMMON: readonly Flag[] = [
  { usage: '-n, --namespace <name>', description: 'namespace' },
  state('state folder of a local "up"'),
  CONTEXT,
  { usage: '--kubeconfig <file>', description: 'kubeconfig to use' },
  { usage: '--as <user>', description: 'user to act as' },
];

export const ALL_NAMESPACES: Flag = { usage: '-A, --all-namespaces', description: 'all namespaces' };

/** For commands that list or choose resources, as kubectl: -n, else the namespace of the context, or all. */
export const SCOPED: readonly Flag[] = [...COMMON, ALL_NAMESPACES, SELECTOR];

/** For commands that ask the hub: on a cluster they find it and the Store's key by themselves. */
export const ASKS_HUB: readonly Flag[] = [
  ...COMMON,
  { usage: '--store <name>', description: 'Store, where the namespace has several' },
  SYSTEM_NAMESPACE,
];
