import type { KubeConfig } from '@kubernetes/client-node';
import { loadKubeConfig, type KubeChoice } from '../kit/kube/kube-config.ts';
import { clusterTarget } from './cluster/target.ts';
import { NotFound, UsageError } from './exit-code.ts';
import { findRunningUp, type RunningUp } from './local/control.ts';
import type { Viewed } from './status-view.ts';
import type { Target } from './target.ts';

/** A running `up` on the state folder goes first, if no cluster is named: it is what a person in that folder means. */
export async function findTarget(options: {
  readonly state: string;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly as?: string;
  readonly systemNamespace?: string;
}): Promise<Target> {
  // Who names a kubeconfig, a context or a user means a cluster.
  const named = options.context ?? options.kubeconfig ?? options.as;
  const up = named === undefined ? await findRunningUp(options.state) : undefined;
  if (up) return localTarget(up);
  const config = kubeConfig(
    options,
    `no "up" runs on ${options.state}, and there is no kubeconfig: start "supercargo up", name its --state, or set KUBECONFIG`,
  );
  return clusterTarget(config, { systemNamespace: options.systemNamespace, env: process.env });
}

/** The kubeconfig of a person; throws `otherwise` where there is none. */
export function kubeConfig(choice: KubeChoice, otherwise: string): KubeConfig {
  const config = loadKubeConfig(choice);
  // client-node's own default where it finds no kubeconfig: nobody means that.
  if (config.getCurrentCluster()?.server === 'http://localhost:8080') throw new Error(otherwise);
  return config;
}

function localTarget(up: RunningUp): Target {
  const call = async (method: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(up.url, {
      method,
      headers: { authorization: `Bearer ${up.token}`, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const value: unknown = await answer.json();
    if (!answer.ok) throw new Error((value as { message?: string }).message ?? `"up" answered ${answer.status}`);
    return value;
  };
  return {
    description: `up (process ${up.pid})`,
    home: undefined,
    async list(kind, namespace, selector) {
      const all = (await call('GET')) as Viewed[];
      return all.filter(
        (resource) =>
          resource.kind === kind &&
          (!namespace || !resource.metadata.namespace || resource.metadata.namespace === namespace) &&
          matches(resource, selector),
      );
    },
    async annotate(what, annotations) {
      await call('POST', { ...what, annotations });
    },
    async setSwitch(what, field, value) {
      await call('POST', { ...what, [field]: value });
    },
    async hub({ namespace, store }) {
      const keys = Object.entries(up.keys).filter(
        ([id]) => (!namespace || id.startsWith(`${namespace}/`)) && (!store || id.endsWith(`/${store}`)),
      );
      const [first, ...more] = keys;
      if (!first)
        throw new NotFound(
          `no such Store: there are ${Object.keys(up.keys).join(', ') || 'none'}. Name one with -n and --store`,
        );
      if (more.length > 0)
        throw new UsageError(
          `there are several Stores: ${keys.map(([id]) => id).join(', ')}. Name one with -n NAMESPACE and --store NAME`,
        );
      return { url: up.hubUrl, key: first[1] };
    },
    async close() {
      /* nothing is held open */
    },
  };
}

/** Equality selectors, as kubectl's `-l a=b,c=d`. On a cluster the API server evaluates them. */
function matches(resource: Viewed, selector: string | undefined): boolean {
  if (!selector) return true;
  return selector.split(',').every((term) => {
    const [key, value] = term.split('=');
    return resource.metadata.labels?.[key!.trim()] === value?.trim();
  });
}
