import type { Clock } from './clock.ts';
import type { KubeClient } from './kube/client.ts';
import type { Applied, AppliedPart } from './kube/informer.ts';
import {
  objectKey,
  type Intent,
  type Key,
  type KubeObject,
  type OwnerReference,
  type ResourceType,
} from './kube/objects.ts';
import { intentDigest } from './kube/owned.ts';

/** What is known of the live object: the informer that watches the kind. */
export interface LiveState<P extends AppliedPart> {
  readonly type: ResourceType;
  applied(key: Key): Applied<P> | undefined;
}

/** What an apply did. */
export type ApplyResult = 'unchanged' | 'applied';

/** A child's name is another's object: nothing of it was touched. */
export class NameTaken extends Error {
  constructor(kind: string, key: Key) {
    super(
      `${kind} ${key} exists and was not made for this resource: rename or delete it, or give the resource another name`,
    );
    this.name = 'NameTaken';
  }
}

interface Expectation {
  readonly digest: string;
  readonly resourceVersion: string;
  readonly until: number;
}

/** The cache has long seen our write by then; if not, applying again is harmless. */
const EXPECTATION_MS = 10_000;

/**
 * Server-side apply, only where it would change something: what we applied to the live object (see owned.ts) is
 * compared with the intent. A settled cluster costs no writes, a field that someone changed is put back.
 */
export class Applier {
  readonly #client: KubeClient;
  readonly #manager: string;
  readonly #clock: Clock;
  /** Writes that the cache has not shown yet, so that a reconcile right after a write does not write again. */
  readonly #expected = new Map<string, Expectation>();

  constructor(client: KubeClient, manager: string, clock: Clock) {
    this.#client = client;
    this.#manager = manager;
    this.#clock = clock;
  }

  /**
   * Applies fields of an object (all but status) that this manager owns: whatever it applied before and leaves out is
   * removed.
   */
  apply(
    live: LiveState<'main'>,
    target: Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>,
    fields: { readonly metadata?: object },
  ): Promise<ApplyResult> {
    const { name, namespace, uid } = target.metadata;
    return this.#apply(
      live,
      {
        ...fields,
        apiVersion: target.apiVersion,
        kind: target.kind,
        metadata: { ...fields.metadata, name, namespace, uid },
      },
      'main',
    );
  }

  /**
   * Applies a child: an object that this operator makes and its owner controls. Where there is one already that another
   * made, or that is of an earlier owner of the name, throws NameTaken before anything is written: by server-side apply
   * we would take over its fields and, with our owner reference, its life.
   */
  applyChild(live: LiveState<'main'>, intent: Intent): Promise<ApplyResult> {
    return this.#apply(live, intent, 'main', async () => {
      const found = await this.#client.find<KubeObject>(live.type, intent.metadata.name, intent.metadata.namespace);
      if (found && !isControlledBy(found, controllerOf(intent)?.uid))
        throw new NameTaken(intent.kind, objectKey(intent.metadata.namespace, intent.metadata.name));
    });
  }

  /** Applies the status of an object. The status holds all that this manager owns there. */
  applyStatus(live: LiveState<'status'>, object: KubeObject, status: object): Promise<ApplyResult> {
    const { name, namespace, uid } = object.metadata;
    return this.#apply(
      live,
      { apiVersion: object.apiVersion, kind: object.kind, metadata: { name, namespace, uid }, status },
      'status',
    );
  }

  async #apply<P extends AppliedPart>(
    live: LiveState<P>,
    intent: Intent,
    part: P,
    mayWrite?: () => Promise<void>,
  ): Promise<ApplyResult> {
    const key = objectKey(intent.metadata.namespace, intent.metadata.name);
    const id = `${live.type.plural}/${part}/${key}`;
    const digest = intentDigest(intent);
    if (this.#isCurrent(id, digest, live.applied(key), part)) return 'unchanged';
    await mayWrite?.();
    const written = await this.#client.apply(
      live.type,
      intent,
      { manager: this.#manager },
      part === 'status' ? 'status' : undefined,
    );
    this.#expect(id, digest, written.metadata.resourceVersion ?? '0');
    return 'applied';
  }

  #expect(id: string, digest: string, resourceVersion: string): void {
    const now = this.#clock.now().getTime();
    this.#expected.delete(id);
    this.#expected.set(id, { digest, resourceVersion, until: now + EXPECTATION_MS });
    for (const [oldest, { until }] of this.#expected) {
      if (until > now) break; // a Map keeps the order of insertion, which is that of `until`
      this.#expected.delete(oldest);
    }
  }

  #isCurrent<P extends AppliedPart>(id: string, digest: string, applied: Applied<P> | undefined, part: P): boolean {
    const expected = this.#expected.get(id);
    const pending =
      expected &&
      this.#clock.now().getTime() < expected.until &&
      (!applied || isOlder(applied.resourceVersion, expected.resourceVersion));
    if (pending) return expected.digest === digest;
    this.#expected.delete(id);
    return applied?.[part] === digest;
  }
}

function isControlledBy(object: KubeObject, uid: string | undefined): boolean {
  return uid !== undefined && controllerOf(object)?.uid === uid;
}

function controllerOf({ metadata }: Pick<KubeObject, 'metadata'>): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller);
}

/** Resource versions of one resource type are comparable numbers (KEP-5504). */
function isOlder(a: string, b: string): boolean {
  return BigInt(a) < BigInt(b);
}
