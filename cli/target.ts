import { API_VERSION, FIELD_MANAGERS, KINDS, resourceType } from '../crds/index.ts';
import { createClient, type KubeClient } from '../kit/kube/client.ts';
import { loadKubeConfig } from '../kit/kube/transport.ts';
import { findRunningUp, type RunningUp } from './local/control.ts';
import type { Viewed } from './status-view.ts';

export interface Named {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** Where commands go: a cluster, or a running `up`. */
export interface Target {
  readonly description: string;
  list(kind: string, namespace: string | undefined, selector: string | undefined): Promise<Viewed[]>;
  annotate(what: Named, annotations: Record<string, string>): Promise<void>;
  setEnabled(what: Named, enabled: boolean): Promise<void>;
  /** Hub and developer API key of a Store, for commands that ask the hub. */
  hub(namespace: string | undefined): Promise<{ readonly url: string; readonly key: string }>;
  close(): Promise<void>;
}

/** A running `up` on the state folder goes first: it is what a person in that folder means. */
export async function findTarget(options: { readonly state: string; readonly context?: string }): Promise<Target> {
  const up = await findRunningUp(options.state);
  if (up) return localTarget(up);
  const config = loadKubeConfig(options.context);
  // client-node's own default where it finds no kubeconfig: nobody means that.
  if (config.getCurrentCluster()?.server === 'http://localhost:8080') throw new Error(`no "up" runs on ${options.state}, and there is no kubeconfig: start "supercargo up", name its --state, or set KUBECONFIG`);
  return clusterTarget(createClient(config, { userAgent: 'supercargo-cli' }));
}

function localTarget(up: RunningUp): Target {
  const call = async (method: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(up.url, { method, headers: { authorization: `Bearer ${up.token}`, 'content-type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body) });
    const value: unknown = await answer.json();
    if (!answer.ok) throw new Error((value as { message?: string }).message ?? `"up" answered ${answer.status}`);
    return value;
  };
  return {
    description: `up (process ${up.pid})`,
    async list(kind, namespace, selector) {
      const all = (await call('GET')) as Viewed[];
      return all.filter((resource) => resource.kind === kind && (!namespace || !resource.metadata.namespace || resource.metadata.namespace === namespace) && matches(resource, selector));
    },
    async annotate(what, annotations) { await call('POST', { ...what, annotations }); },
    async setEnabled(what, enabled) { await call('POST', { ...what, enabled }); },
    async hub(namespace) {
      const [, key] = Object.entries(up.keys).find(([store]) => !namespace || store.startsWith(`${namespace}/`)) ?? [];
      if (!key) throw new Error('no Store in that namespace: name one with -n');
      return { url: up.hubUrl, key };
    },
    async close() { /* nothing is held open */ },
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

function clusterTarget(client: KubeClient): Target {
  const patch = (what: Named, fields: { metadata?: object; spec?: object }) => {
    const { metadata, ...rest } = fields;
    return client.apply(resourceType(what.kind), { apiVersion: API_VERSION, kind: what.kind, metadata: { name: what.name, namespace: what.namespace, ...metadata }, ...rest }, { manager: FIELD_MANAGERS.cli });
  };
  return {
    description: 'the cluster of the current context',
    async list(kind, namespace, selector) {
      return (await client.list<Viewed & { apiVersion: string; metadata: { name: string } }>(resourceType(kind), { namespace, labelSelector: selector })).items.map((item) => ({ ...item, kind }));
    },
    async annotate(what, annotations) { await patch(what, { metadata: { annotations } }); },
    async setEnabled(what, enabled) {
      await client.jsonPatch(resourceType(what.kind), what, [{ op: 'add', path: '/spec/enabled', value: enabled }], FIELD_MANAGERS.cli);
    },
    async hub() {
      const url = process.env['SUPERCARGO_HUB_URL'];
      const key = process.env['SUPERCARGO_API_KEY'];
      if (!url || !key) throw new Error('set SUPERCARGO_HUB_URL (kubectl port-forward service/supercargo-hub 8080) and SUPERCARGO_API_KEY (from the Secret that the Store\'s status.developerKey names)');
      return { url, key };
    },
    close: () => client.close(),
  };
}

/** "connections", "connection", "sccon", "Connection" -> "Connection". */
export function kindOf(word: string): string {
  const lower = word.toLowerCase();
  const found = KINDS.find(({ kind, plural, singular, shortNames }) => [kind.toLowerCase(), plural, singular, ...shortNames].includes(lower));
  if (!found) throw new Error(`"${word}" is not a kind: use one of ${KINDS.map(({ plural }) => plural).join(', ')}`);
  return found.kind;
}
