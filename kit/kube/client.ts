import type { Registry } from 'prom-client';
import type { Clock } from '../clock.ts';
import { PODS } from './builtin.ts';
import { errorFromStatus, isApiError } from './errors.ts';
import { pathOf, type Intent, type KubeObject, type ObjectMeta, type ResourceType } from './objects.ts';
import type { Transport } from './transport.ts';

/** Which objects: all where nothing is said. */
export interface Selection {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Only metadata of each object comes over the wire (PartialObjectMetadata). */
  readonly metadataOnly?: boolean;
}

/** One page of a list. */
export interface ListPage<T> {
  readonly items: T[];
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
}

/** One line of a watch. A BOOKMARK carries a resourceVersion and nothing else. */
export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}

/** Options of a server-side apply. */
export interface ApplyOptions {
  readonly manager: string;
  /** Take fields over that another manager set; a controller always does. */
  readonly force?: boolean;
}

/** How a deletion goes. */
export interface DeleteOptions {
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
  /** Of pods; 0: the API forgets the pod at once and the kubelet kills it. The pod's own if absent. */
  readonly gracePeriodSeconds?: number;
}

/** One operation of RFC 6902. */
export interface JsonPatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'test';
  readonly path: string;
  readonly value?: unknown;
}

export interface KubeClientOptions {
  readonly registry?: Registry;
  readonly clock?: Clock;
  readonly userAgent?: string;
}

/** How a client made by `withWriteGuard` differs from its parent. */
interface Limits {
  readonly signal?: AbortSignal;
  readonly beforeWrite?: () => void;
}

const PARTIAL_METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const PARTIAL_METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/** The verbs of the Kubernetes API that a controller needs, for any kind of resource. Every failure is an ApiError. */
export class KubeClient {
  readonly #transport: Transport;
  readonly #limits: Limits;

  constructor(transport: Transport, limits: Limits = {}) {
    this.#transport = transport;
    this.#limits = limits;
  }

  /**
   * A client that makes no request once the signal aborts, and calls `beforeWrite` (which may throw) before each write.
   */
  withWriteGuard(signal: AbortSignal, beforeWrite?: () => void): KubeClient {
    return new KubeClient(this.#transport, { signal, beforeWrite });
  }

  get<T extends KubeObject>(type: ResourceType, name: string, namespace?: string): Promise<T> {
    return this.#transport.json({ method: 'GET', path: pathOf(type, namespace, name), signal: this.#limits.signal });
  }

  /** The object, or undefined where there is none. */
  async find<T extends KubeObject>(type: ResourceType, name: string, namespace?: string): Promise<T | undefined> {
    return orUndefined(this.get<T>(type, name, namespace));
  }

  async list<T extends KubeObject>(
    type: ResourceType,
    select: Selection & { limit?: number; continue?: string; signal?: AbortSignal } = {},
  ): Promise<ListPage<T>> {
    const page = await this.#transport.json<{ items: T[] | null } & Pick<ListPage<T>, 'metadata'>>({
      method: 'GET',
      path: pathOf(type, select.namespace),
      query: {
        labelSelector: select.labelSelector,
        fieldSelector: select.fieldSelector,
        limit: select.limit,
        continue: select.continue,
      },
      accept: select.metadataOnly ? PARTIAL_METADATA_LIST : undefined,
      signal: select.signal ?? this.#limits.signal,
    });
    // Of metadata alone, a list without an object has null in its place.
    return { ...page, items: page.items ?? [] };
  }

  /**
   * Events from `resourceVersion` on, until the server ends the stream or the signal aborts. An error in the stream is
   * thrown.
   */
  async *watch<T extends KubeObject>(
    type: ResourceType,
    select: Selection & {
      resourceVersion: string;
      timeoutSeconds: number;
      signal: AbortSignal;
      /** The server has answered; events may be long in coming. */
      onAnswer?: () => void;
    },
  ): AsyncGenerator<WatchEvent<T>> {
    const path = pathOf(type, select.namespace);
    const body = await this.#transport.stream({
      method: 'GET',
      path,
      query: {
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: select.resourceVersion,
        timeoutSeconds: select.timeoutSeconds,
        labelSelector: select.labelSelector,
        fieldSelector: select.fieldSelector,
      },
      accept: select.metadataOnly ? PARTIAL_METADATA : undefined,
      signal: select.signal,
    });
    select.onAnswer?.();
    for await (const line of lines(body)) {
      const event = JSON.parse(line) as WatchEvent<T> | { type: 'ERROR'; object: { code?: number; message?: string } };
      if (event.type === 'ERROR') throw errorFromStatus(event.object, `WATCH ${path}`);
      yield event;
    }
  }

  create<T extends KubeObject>(type: ResourceType, object: Intent, manager?: string): Promise<T> {
    return this.#write({
      method: 'POST',
      path: pathOf(type, object.metadata.namespace),
      body: object,
      query: { fieldManager: manager },
    });
  }

  /** Server-side apply: what the intent names is ours, the rest of the object is left alone. */
  apply<T extends KubeObject>(
    type: ResourceType,
    intent: Intent,
    options: ApplyOptions,
    subresource?: 'status',
  ): Promise<T> {
    return this.#write({
      method: 'PATCH',
      path: pathOf(type, intent.metadata.namespace, intent.metadata.name, subresource),
      query: { fieldManager: options.manager, force: options.force ?? true },
      contentType: 'application/apply-patch+yaml', // JSON is YAML
      body: intent,
    });
  }

  /** Server-side apply of the status subresource. */
  applyStatus<T extends KubeObject>(type: ResourceType, intent: Intent, options: ApplyOptions): Promise<T> {
    return this.apply(type, intent, options, 'status');
  }

  /** RFC 6902, for what apply cannot say: a change that must fail when someone else was faster. */
  jsonPatch<T extends KubeObject>(
    type: ResourceType,
    target: Pick<ObjectMeta, 'name' | 'namespace'>,
    patch: readonly JsonPatchOperation[],
    manager?: string,
  ): Promise<T> {
    return this.#write({
      method: 'PATCH',
      path: pathOf(type, target.namespace, target.name),
      body: patch,
      contentType: 'application/json-patch+json',
      query: { fieldManager: manager },
    });
  }

  /** Replaces the object; its resourceVersion makes it fail with Conflict when someone else was faster. */
  update<T extends KubeObject>(type: ResourceType, object: Intent): Promise<T> {
    return this.#write({
      method: 'PUT',
      path: pathOf(type, object.metadata.namespace, object.metadata.name),
      body: object,
    });
  }

  /** Deletes it; deleting what is gone is no error. With `uid`, never its successor of the same name. */
  async delete(
    type: ResourceType,
    target: Pick<ObjectMeta, 'name' | 'namespace' | 'uid'>,
    options: DeleteOptions = {},
  ): Promise<void> {
    const { propagation = 'Background', gracePeriodSeconds } = options;
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: propagation,
      gracePeriodSeconds,
      ...(target.uid ? { preconditions: { uid: target.uid } } : {}),
    };
    await orUndefined(this.#write({ method: 'DELETE', path: pathOf(type, target.namespace, target.name), body }));
  }

  /** Lines of a pod's log; with `follow` until the pod ends or the signal aborts. */
  async *podLog(
    { namespace, name }: { readonly namespace: string; readonly name: string },
    query: Readonly<Record<string, string | number | boolean | undefined>>,
    signal?: AbortSignal,
  ): AsyncGenerator<string> {
    const body = await this.#transport.stream({
      method: 'GET',
      path: pathOf(PODS, namespace, name, 'log'),
      query,
      accept: '*/*',
      signal: signal ?? this.#limits.signal,
    });
    yield* lines(body, true);
  }

  /** Of Kubernetes, as "v1.35.2". Everybody who is known to the API server may ask for it. */
  async version(): Promise<string> {
    const { gitVersion } = await this.#transport.json<{ readonly gitVersion: string }>({
      method: 'GET',
      path: '/version',
      signal: this.#limits.signal,
    });
    return gitVersion;
  }

  /** Ends its connections. */
  close(): Promise<void> {
    return this.#transport.close();
  }

  #write<T>(request: Parameters<Transport['json']>[0]): Promise<T> {
    this.#limits.beforeWrite?.();
    return this.#transport.json<T>({ ...request, signal: this.#limits.signal });
  }
}

async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isApiError(error, 'NotFound')) return undefined;
    throw error;
  }
}

/** Lines of a byte stream; UTF-8 sequences and lines may be split over chunks. `last`: one that nothing ended, too. */
async function* lines(body: AsyncIterable<Uint8Array>, last = false): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) if (line !== '') yield line;
  }
  if (last && rest !== '') yield rest;
}
