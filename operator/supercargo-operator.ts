import { PODS } from '../kit/kube/builtin.ts';
import { API_VERSION, GROUP, VERSION } from '../crds/index.ts';
import type { Controller } from '../kit/controller.ts';
import type { Change, Informer } from '../kit/kube/informer.ts';
import type { KubeObject } from '../kit/kube/objects.ts';
import { CHILD_TYPES } from './resources.ts';
import { KitOperator, type KitOperatorParts } from './kit-operator.ts';
import type { Triggers } from './triggers.ts';

type Watched = Record<string, (change: never) => void>;

/** Watches every kind and puts keys on the controllers' queues; the controllers run while we lead (see main.ts). */
export class SupercargoOperator extends KitOperator {
  readonly #triggers: Triggers;
  readonly #informers: readonly Informer<KubeObject>[];
  readonly #controllers: readonly Controller[];
  #watching: Promise<unknown> = Promise.resolve();

  constructor(parts: KitOperatorParts & { readonly triggers: Triggers; readonly controllers: readonly Controller[] }) {
    super(parts);
    this.#triggers = parts.triggers;
    this.#informers = parts.informers;
    this.#controllers = parts.controllers;
  }

  /** Subscribes, starts the watches and returns when all first lists are in, or it is stopped. */
  protected override async init(): Promise<void> {
    for (const informer of this.#informers) {
      const { apiVersion, plural } = informer.type;
      const [version = '', group = ''] = apiVersion.split('/').reverse();
      const trigger = this.#triggerOf(plural, apiVersion);
      await this.watchResource(group, version, plural, async ({ change }) => trigger(change));
    }
    this.#watching = Promise.all(this.#informers.map((informer) => informer.run(this.stopping)));
    // The watches end only when it is stopped.
    await Promise.race([Promise.all(this.#informers.map((informer) => informer.whenSynced())), this.#watching]);
  }

  /** Runs the reconcilers until the signal aborts, and lets work under way end. */
  async reconcile(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#controllers.map((controller) => controller.run(signal)));
  }

  /** The CA of the hub changed: every connection's pod is told. */
  hubCaChanged(): void {
    this.#triggers.hubCa();
  }

  /** Resolves when the watches have ended after `stop`. */
  async stopped(): Promise<void> {
    await this.#watching;
  }

  #triggerOf(plural: string, apiVersion: string): (change: Change<KubeObject>) => void {
    const triggers = this.#triggers;
    if ([...Object.values(CHILD_TYPES), PODS].some((type) => type.plural === plural && type.apiVersion === apiVersion))
      return (change) => triggers.child(change);
    if (apiVersion !== API_VERSION) throw new Error(`${GROUP}/${VERSION} has no ${plural}`);
    const own: Watched = {
      connections: (change) => triggers.connection(change),
      clusterconnections: (change) => triggers.connection(change),
      drivers: (change) => triggers.driver(change),
      stores: (change) => triggers.store(change),
      credentials: (change) => triggers.credential(change),
      licenses: (change) => triggers.license(change),
      feeds: (change) => triggers.feed(change),
      feedruns: (change) => triggers.feedRun(change),
    };
    const trigger = own[plural] as ((change: Change<KubeObject>) => void) | undefined;
    if (!trigger) throw new Error(`nothing follows ${plural}`);
    return trigger;
  }
}
