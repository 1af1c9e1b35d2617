import type { Viewed } from '../../../cli/status-view.ts';
import type { Kubectl } from '../../cluster-demo/kubectl.ts';
import { waitFor } from '../../demo/steps.ts';
import { FLUX_NAMESPACE } from './server.ts';

/** How long Flux waits for health before it calls a commit failed. */
const PATIENCE = '60s';

/** A GitRepository and a Kustomization of it: a folder of a Git repository in a namespace, kept so by Flux. */
export class Kustomization {
  readonly kubectl: Kubectl;
  readonly name: string;
  #asked = 0;

  constructor(kubectl: Kubectl, name: string) {
    this.kubectl = kubectl;
    this.name = name;
  }

  /** `health`: what its spec says of what it waits for. */
  async create(
    { url, path }: { readonly url: string; readonly path: string },
    namespace: string,
    health: object,
  ): Promise<void> {
    const metadata = { name: this.name };
    const git = { url, ref: { branch: 'main' }, interval: '10m' };
    const spec = {
      ...{ sourceRef: { kind: 'GitRepository', name: this.name }, path: `./${path}`, targetNamespace: namespace },
      ...{ prune: true, interval: '10m', retryInterval: '5s', timeout: PATIENCE, ...health },
    };
    await this.kubectl.apply(
      [
        { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', metadata, spec: git },
        { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', metadata, spec },
      ],
      FLUX_NAMESPACE,
    );
  }

  get(): Promise<Viewed | undefined> {
    return this.kubectl.get('kustomizations.kustomize.toolkit.fluxcd.io', this.name, FLUX_NAMESPACE);
  }

  /** Its condition Ready: "True ReconciliationSucceeded: Applied revision: main@sha1:…". */
  async said(): Promise<string> {
    const ready = (await this.get())?.status?.conditions?.find(({ type }) => type === 'Ready');
    return ready ? `${ready.status} ${ready.reason}: ${ready.message}` : 'nothing';
  }

  /** Has both look now, as `flux reconcile kustomization --with-source` does. */
  async look(): Promise<void> {
    const asked = `reconcile.fluxcd.io/requestedAt=${this.name}-${++this.#asked}`;
    for (const kind of ['gitrepositories.source.toolkit.fluxcd.io', 'kustomizations.kustomize.toolkit.fluxcd.io'])
      await this.kubectl.run('annotate', kind, this.name, '--namespace', FLUX_NAMESPACE, asked, '--overwrite');
  }

  /** Told of a commit, it comes to say this of it. */
  async until(revision: string, expected: RegExp, timeoutMs = 180_000): Promise<string> {
    await this.look();
    let seen = '';
    return waitFor(`${this.name} to say ${expected}`, timeoutMs, async () => {
      const status = (await this.get())?.status as { readonly lastAttemptedRevision?: string } | undefined;
      seen = await this.said();
      return status?.lastAttemptedRevision?.endsWith(revision) && expected.test(seen) ? seen : undefined;
    }).catch((error: unknown) => {
      throw new Error(`${error instanceof Error ? error.message : String(error)}; it says "${seen}"`);
    });
  }

  async remove(): Promise<void> {
    for (const kind of ['kustomizations.kustomize.toolkit.fluxcd.io', 'gitrepositories.source.toolkit.fluxcd.io'])
      await this.kubectl.run('delete', kind, this.name, '--namespace', FLUX_NAMESPACE, '--ignore-not-found');
  }
}
