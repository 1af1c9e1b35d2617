import { belongsTo, FIELD_MANAGERS } from '../crds/index.ts';
import type { EventRecorder } from '../kit/events.ts';
import type { KubeClient } from '../kit/kube/client.ts';
import { isApiError } from '../kit/kube/errors.ts';
import { keyOf, type ResourceType } from '../kit/kube/objects.ts';
import type { Logger } from '../kit/log.ts';
import { standingOf, type Claimable } from './ownership.ts';

/** What one installation says of what it looks after, so that every other one sees it. */
export class Claims {
  readonly #client: KubeClient;
  readonly #installation: string;
  readonly #recorder: EventRecorder;
  readonly #log: Logger;
  /** Whose an object was when it was last told: once for each change, not at each look. */
  readonly #told = new Map<string, string | undefined>();

  constructor(parts: { client: KubeClient; installation: string; recorder: EventRecorder; log: Logger }) {
    this.#client = parts.client;
    this.#installation = parts.installation;
    this.#recorder = parts.recorder;
    this.#log = parts.log;
  }

  /**
   * Whether this installation may write to the object now. What is nobody's is claimed first: then the answer is no,
   * and the change that the claim is brings the object here again, as does a change that was faster.
   */
  async hold({ type }: { readonly type: ResourceType }, object: Claimable): Promise<boolean> {
    const standing = standingOf(object, this.#installation);
    const id = `${type.plural}/${keyOf(object)}`;
    if (standing === 'leave') this.#tell(id, type, object);
    else this.#told.delete(id);
    if (standing !== 'claim') return standing === 'work';
    const before = object.status?.installation;
    const claimed = await this.#write(type, object, { installation: this.#installation });
    if (claimed && before !== undefined) {
      const message = `the installation ${this.#installation} looks after it now, in place of ${before}`;
      this.#recorder.record(object, { type: 'Normal', reason: 'TakenOver', action: 'Claim', message });
    }
    return false;
  }

  /** Gives up what is claimed: whoever sees it may claim it. */
  async release(type: ResourceType, object: Claimable): Promise<void> {
    await this.#write(type, object, {});
  }

  /** It is gone. */
  forget(type: ResourceType, key: string): void {
    this.#told.delete(`${type.plural}/${key}`);
  }

  /** Of two that claim the same version one alone succeeds. */
  async #write(type: ResourceType, { apiVersion, kind, metadata }: Claimable, status: object): Promise<boolean> {
    const { name, namespace, uid, resourceVersion } = metadata;
    const intent = { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion }, status };
    try {
      await this.#client.applyStatus(type, intent, { manager: FIELD_MANAGERS.installation });
      return true;
    } catch (error) {
      if (isApiError(error, 'Conflict', 'NotFound')) return false;
      throw error;
    }
  }

  #tell(id: string, { kind }: ResourceType, object: Claimable): void {
    const owner = belongsTo(object);
    if (this.#told.get(id) === owner) return;
    this.#told.set(id, owner);
    const { namespace, name } = object.metadata;
    this.#log.info({ kind, namespace, name, installation: owner }, 'left alone: another installation looks after it');
  }
}
