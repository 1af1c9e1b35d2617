import { createHash } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { KubeClient } from './kube/client.ts';
import { isApiError } from './kube/errors.ts';
import type { KubeObject, ResourceType } from './kube/objects.ts';
import type { Logger } from './log.ts';

/** events.k8s.io/v1 Events. */
export const EVENTS: ResourceType = {
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
};

/** Something a person watching the object should know. */
export interface EventNote {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  /** What was done or tried, a verb ("Reconcile"). Notes of one action follow one another: the newest is what holds. */
  readonly action: string;
  readonly message: string;
}

export interface EventRecorderOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Logger;
  /** "supercargo.dev/operator". */
  readonly controller: string;
  /** The pod. */
  readonly instance: string;
  /** The note that an action said last about an object is not repeated within this time. */
  readonly repeatAfterMs?: number;
  /** Most notes of one object in that time. */
  readonly perObject?: number;
}

interface Recent {
  since: number;
  count: number;
  /** By action, what was said last: once another note came between, the same is news again. */
  readonly last: Map<string, string>;
}

/** Length the API allows for `note`. */
const NOTE_LENGTH = 1024;
const MAX_OBJECTS = 20_000;

/** Writes Events: never the same twice in a row, never a flood, never a reason for a reconcile to fail. */
export class EventRecorder {
  readonly #options: Required<EventRecorderOptions>;
  readonly #recent = new Map<string, Recent>();
  #pending: Promise<unknown> = Promise.resolve();
  #count = 0;

  constructor(options: EventRecorderOptions) {
    this.#options = { repeatAfterMs: 10 * 60_000, perObject: 10, ...options };
  }

  record(object: KubeObject, note: EventNote): void {
    const now = this.#options.clock.now();
    if (!this.#admit(object, note, now.getTime())) return;
    this.#pending = this.#pending.then(() => this.#write(object, note, now));
  }

  /** Resolves when all that was recorded has been written. */
  async flush(): Promise<void> {
    await this.#pending;
  }

  #admit(object: KubeObject, note: EventNote, now: number): boolean {
    const id = object.metadata.uid ?? `${object.kind}/${object.metadata.namespace}/${object.metadata.name}`;
    let recent = this.#recent.get(id);
    if (!recent || now - recent.since >= this.#options.repeatAfterMs) {
      this.#recent.delete(id);
      this.#recent.set(id, (recent = { since: now, count: 0, last: new Map() }));
      const oldest = this.#recent.keys().next().value;
      if (this.#recent.size > MAX_OBJECTS && oldest !== undefined) this.#recent.delete(oldest);
    }
    const text = `${note.reason}\n${note.message}`;
    if (recent.last.get(note.action) === text || recent.count >= this.#options.perObject) return false;
    recent.last.set(note.action, text);
    recent.count += 1;
    return true;
  }

  async #write(object: KubeObject, note: EventNote, at: Date): Promise<void> {
    const { client, controller, instance, log } = this.#options;
    const { name, namespace = 'default', uid, resourceVersion } = object.metadata;
    try {
      await client.create(EVENTS, {
        apiVersion: EVENTS.apiVersion,
        kind: EVENTS.kind,
        metadata: { name: `${name.slice(0, 200)}.${this.#suffix(uid, note, at)}`, namespace },
        eventTime: at.toISOString().replace('Z', '000Z'),
        type: note.type,
        reason: note.reason,
        action: note.action,
        note: note.message.slice(0, NOTE_LENGTH),
        reportingController: controller,
        reportingInstance: instance,
        regarding: {
          apiVersion: object.apiVersion,
          kind: object.kind,
          name,
          namespace: object.metadata.namespace,
          uid,
          resourceVersion,
        },
      });
    } catch (error) {
      // Whatever is in a namespace that goes says so on its way, and the API server takes no Event there.
      const level = isApiError(error) && error.isTerminating ? 'debug' : 'warn';
      log[level]({ err: error, reason: note.reason, object: `${object.kind}/${name}` }, 'the Event was not written');
    }
  }

  /**
   * By time, then by turn: no Event of this API has a last time, and `kubectl describe` shows such in the order
   * of the names. What follows keeps two processes apart.
   */
  #suffix(uid: string | undefined, { reason, message }: EventNote, at: Date): string {
    const turn = (this.#count++ % 0x1000).toString(16).padStart(3, '0');
    const digest = createHash('sha256').update(`${this.#options.instance}${uid}${reason}${message}`).digest('hex');
    return `${at.getTime().toString(16).padStart(11, '0')}${turn}${digest.slice(0, 6)}`;
  }
}
