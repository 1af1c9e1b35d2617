import dotI from '@dot-i/k8s-operator';
import type { ResourceEvent, ResourceMeta } from '@dot-i/k8s-operator';
import type { Applier } from '../kit/apply.ts';
import type { KubeClient } from '../kit/kube/client.ts';
import type { Change, Informer } from '../kit/kube/informer.ts';
import { objectKey, type KubeObject } from '../kit/kube/objects.ts';
import type { Logger } from '../kit/log.ts';

/** An event of the base class, with what stood there before: references that are gone must be followed too. */
export interface OperatorEvent extends ResourceEvent {
  readonly change: Change<KubeObject>;
}

/** What the base class is run with in place of its own parts. */
export interface KitOperatorParts {
  readonly client: KubeClient;
  readonly applier: Applier;
  readonly informers: readonly Informer<KubeObject>[];
  readonly log: Logger;
}

type OnEvent = (event: OperatorEvent) => Promise<void>;

/**
 * The operator as a subclass of @dot-i/k8s-operator: its life cycle, its event types, its contract for finalizers and
 * status. Watching, finalizers and status go through the kit: as published (1.3.9) a watch that fails ends the process,
 * events lost in a gap are lost for ever, and a finalizer array read from an event overwrites everyone else's
 * (docs/decisions/0003-control-loop.md).
 */
export abstract class KitOperator extends dotI.default {
  readonly #informers = new Map<string, Informer<KubeObject>>();
  readonly #applier: Applier;
  readonly #client: KubeClient;
  readonly #stop = new AbortController();

  constructor(parts: KitOperatorParts) {
    const { log } = parts;
    super({
      debug: (text) => log.debug(text),
      info: (text) => log.info(text),
      warn: (text) => log.warn(text),
      error: (text) => log.error(text),
    });
    this.#applier = parts.applier;
    this.#client = parts.client;
    for (const informer of parts.informers)
      this.#informers.set(resourceId(informer.type.plural, informer.type.apiVersion), informer);
  }

  /** Aborts when the operator is to stop. */
  protected get stopping(): AbortSignal {
    return this.#stop.signal;
  }

  override stop(): void {
    this.#stop.abort();
  }

  /** Subscribes to an informer. `onEvent` only puts keys on queues; the informer itself is started by `init`. */
  protected override async watchResource(
    group: string,
    version: string,
    plural: string,
    onEvent: OnEvent,
  ): Promise<void> {
    const informer = this.#informer(resourceId(plural, group ? `${group}/${version}` : version));
    informer.onChange((change) => {
      const object = change.object ?? change.previous;
      if (!object) return;
      const type = change.object === undefined ? 'DELETED' : change.previous === undefined ? 'ADDED' : 'MODIFIED';
      // The client's generated types say Date where JSON has a string.
      void onEvent({
        type: type as ResourceEvent['type'],
        object: object as unknown as ResourceEvent['object'],
        meta: metaOf(informer, object),
        change,
      });
    });
  }

  /** Server-side apply of the status: fields of other managers stay. */
  protected override async setResourceStatus(meta: ResourceMeta, status: unknown): Promise<ResourceMeta | null> {
    const informer = this.#informer(meta.id);
    const object = informer.get(objectKey(meta.namespace, meta.name));
    if (!object) return null;
    await this.#applier.applyStatus(informer, object, status as object);
    return meta;
  }

  protected override patchResourceStatus(meta: ResourceMeta, status: unknown): Promise<ResourceMeta | null> {
    return this.setResourceStatus(meta, status);
  }

  /**
   * The base class hands in a whole list, read from an event: it is written only if nobody has changed the object
   * since.
   */
  protected override async setResourceFinalizers(meta: ResourceMeta, finalizers: string[]): Promise<void> {
    await this.#client.jsonPatch(this.#informer(meta.id).type, meta, [
      { op: 'test', path: '/metadata/resourceVersion', value: meta.resourceVersion },
      { op: 'add', path: '/metadata/finalizers', value: finalizers },
    ]);
  }

  #informer(id: string): Informer<KubeObject> {
    const informer = this.#informers.get(id);
    if (!informer) throw new Error(`${id} is not watched`);
    return informer;
  }
}

function resourceId(plural: string, apiVersion: string): string {
  return `${plural}.${apiVersion}`;
}

function metaOf(informer: Informer<KubeObject>, { apiVersion, kind, metadata }: KubeObject): ResourceMeta {
  const { name, namespace, resourceVersion = '0' } = metadata;
  return {
    id: resourceId(informer.type.plural, informer.type.apiVersion),
    name,
    namespace,
    resourceVersion,
    apiVersion,
    kind,
  };
}
