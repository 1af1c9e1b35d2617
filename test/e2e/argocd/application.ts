import type { Kubectl } from '../../cluster-demo/kubectl.ts';
import { waitFor } from '../../demo/steps.ts';
import { ARGO_NAMESPACE } from './server.ts';

interface Health {
  readonly status?: string;
  readonly message?: string;
}

interface Viewed {
  readonly status?: {
    readonly sync?: { readonly status: string; readonly revision?: string };
    readonly health?: Health;
    readonly reconciledAt?: string;
    readonly resources?: readonly {
      readonly kind: string;
      readonly name: string;
      readonly status?: string;
      readonly health?: Health;
    }[];
    readonly operationState?: { readonly phase: string; readonly message?: string; readonly finishedAt?: string };
    readonly history?: readonly { readonly revision: string }[];
    readonly conditions?: readonly { readonly type: string; readonly message: string }[];
  };
}

/** An Application of Argo CD: a folder of a Git repository in a namespace, kept so by itself. */
export class Application {
  readonly kubectl: Kubectl;
  readonly name: string;
  readonly #where: readonly string[];

  constructor(kubectl: Kubectl, name: string) {
    this.kubectl = kubectl;
    this.name = name;
    this.#where = ['application', name, '--namespace', ARGO_NAMESPACE];
  }

  async create(source: { readonly repoURL: string; readonly path: string }, namespace: string): Promise<void> {
    const automated = { prune: true, selfHeal: true, allowEmpty: true };
    const spec = {
      project: 'default',
      source: { ...source, targetRevision: 'main', directory: { recurse: true } },
      destination: { server: 'https://kubernetes.default.svc', namespace },
      syncPolicy: { automated },
    };
    await this.kubectl.apply(
      [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: this.name }, spec }],
      ARGO_NAMESPACE,
    );
  }

  get(): Promise<Viewed | undefined> {
    return this.kubectl.get<Viewed>('applications.argoproj.io', this.name, ARGO_NAMESPACE);
  }

  /** How Argo CD shows it at this commit: "Synced Healthy", once its sync is over. */
  async at(revision: string): Promise<string | undefined> {
    const status = (await this.get())?.status;
    if (status?.sync?.revision !== revision || status.operationState?.phase === 'Running') return undefined;
    return `${status.sync.status} ${status.health?.status}`;
  }

  /** Tells it that there is a commit, as a webhook of the Git server does. */
  look(): Promise<void> {
    return this.#compare('normal');
  }

  /** Told of a commit, it comes to be shown so. */
  async until(revision: string, expected: string, timeoutMs = 180_000): Promise<void> {
    await this.look();
    let seen: string | undefined;
    await waitFor(`${this.name} to be ${expected}`, timeoutMs, async () => {
      seen = await this.at(revision);
      return seen === expected ? true : undefined;
    }).catch(async (error: unknown) => {
      const said = JSON.stringify((await this.get())?.status);
      throw new Error(`${error instanceof Error ? error.message : String(error)}; it is "${seen}": ${said}`);
    });
  }

  /** How it shows one of its resources: "Suspended: message". */
  async health(kind: string, name: string): Promise<string> {
    const found = (await this.get())?.status?.resources?.find((one) => one.kind === kind && one.name === name);
    return found ? `${found.health?.status ?? 'no health'}: ${found.health?.message ?? ''}` : 'absent';
  }

  /** Has Git and the cluster compared anew, past every cache, and waits until that is done. */
  async compare(): Promise<void> {
    await this.#compare('hard');
    await waitFor('the comparison', 60_000, async () => {
      const asked = await this.kubectl.run('get', ...this.#where, '--output', 'jsonpath={.metadata.annotations}');
      return asked.includes('argoproj.io/refresh') ? undefined : true;
    });
  }

  /** Waits until its sync waits for this resource, "kind/name", alone. */
  async heldUpBy(resource: string): Promise<void> {
    await waitFor(`a sync that waits for ${resource}`, 60_000, async () => {
      const operation = (await this.get())?.status?.operationState;
      const waits = operation?.phase === 'Running' && operation.message?.endsWith(` of supercargo.dev/${resource}`);
      return waits === true ? true : undefined;
    });
  }

  /** As `argocd app terminate-op` does. */
  async terminate(): Promise<void> {
    const patch = JSON.stringify({ status: { operationState: { phase: 'Terminating' } } });
    await this.kubectl.run('patch', ...this.#where, '--type', 'merge', '--patch', patch);
  }

  async #compare(how: 'normal' | 'hard'): Promise<void> {
    await this.kubectl.run('annotate', ...this.#where, `argocd.argoproj.io/refresh=${how}`, '--overwrite');
  }

  async remove(): Promise<void> {
    await this.kubectl.run('delete', ...this.#where, '--ignore-not-found');
  }
}
