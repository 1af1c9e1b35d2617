import type { Applier, LiveState } from '../kit/apply.ts';
import type { Clock } from '../kit/clock.ts';
import {
  findCondition,
  mergeConditions,
  settledGeneration,
  settlementConditions,
  type Condition,
  type ConditionValue,
  type Settlement,
} from '../kit/conditions.ts';
import type { EventRecorder } from '../kit/events.ts';
import type { KubeObject } from '../kit/kube/objects.ts';
import type { Logger } from '../kit/log.ts';
import { eventType } from './event-type.ts';

interface WithStatus extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[]; readonly observedGeneration?: number };
}

/** What a reconcile has to say about its object: all that the operator owns in its status. */
export interface Report {
  readonly settlement: Settlement;
  readonly findings: Readonly<Record<string, ConditionValue | undefined>>;
  readonly fields?: object;
  /** How every such object begins: the status says it, and an Event for each of ten thousand would tell nobody more. */
  readonly unremarkable?: boolean;
}

/**
 * One status write at the end of a reconcile, only where it differs; where the state changed one Event, and a line of
 * the log: Events are gone after an hour.
 */
export class Reporter {
  readonly #applier: Applier;
  readonly #recorder: EventRecorder;
  readonly #clock: Clock;
  readonly #log: Logger;

  constructor(applier: Applier, recorder: EventRecorder, clock: Clock, log: Logger) {
    this.#applier = applier;
    this.#recorder = recorder;
    this.#clock = clock;
    this.#log = log;
  }

  async report<T extends WithStatus>(
    informer: LiveState<'status'>,
    object: T,
    { settlement, findings, fields, unremarkable = false }: Report,
  ): Promise<void> {
    const { status, metadata } = object;
    const all = { ...findings, ...settlementConditions(settlement) };
    const observedGeneration = settledGeneration(settlement, metadata.generation, status?.observedGeneration);
    await this.#applier.applyStatus(informer, object, {
      ...fields,
      ...(observedGeneration === undefined ? {} : { observedGeneration }),
      conditions: mergeConditions(status?.conditions, all, { now: this.#clock.now(), generation: metadata.generation }),
    });
    const before = findCondition(status?.conditions, 'Ready');
    const after = all.Ready;
    if (unremarkable || !after || (before?.status === after.status && before.reason === after.reason)) return;
    const type = eventType(settlement, before);
    this.#log[type === 'Warning' ? 'warn' : 'info'](
      {
        kind: object.kind,
        namespace: metadata.namespace,
        name: metadata.name,
        ready: after.status,
        reason: after.reason,
      },
      after.message,
    );
    if (isTold(before, settlement)) return;
    this.#recorder.record(object, { type, reason: after.reason, action: 'Reconcile', message: after.message });
  }
}

/**
 * Of a fault that was told another speaks now, in its words: a connection whose shop answers again waits for the feed
 * that failed with it, and has no second fault. That a person must act is news all the same.
 */
function isTold(before: Condition | undefined, { state, finding: { message } }: Settlement): boolean {
  if (before?.status !== 'False' || before.message === '' || state !== 'Reconciling') return false;
  return before.message.endsWith(message) || message.endsWith(before.message);
}
