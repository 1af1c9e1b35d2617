import type { ConnectionStatus, FeedStatus } from '../../crds/index.ts';
import { GOOD } from './feed-status.ts';

/** How often at most a status is written for what is no news: a busy shop would have it written with each run. */
const LEAST_MS = 10_000;
/** It comes and goes with each pause that a shop asks for. */
const TRANSIENT = new Set(['Throttled']);

/** What it looks at, of either kind. */
export type PacedStatus = Pick<
  Partial<FeedStatus> & Partial<ConnectionStatus>,
  | 'conditions'
  | 'lastHandledRunRequest'
  | 'lastHandledSyncRequest'
  | 'lastHandledTestRequest'
  | 'heldPlan'
  | 'syncedCredentialHash'
  | 'hooks'
>;

/**
 * When a status is written: at once where it tells something that someone waits for or must act on, else when the last
 * write is some seconds old. What is put off is written by a later look, as it is then.
 */
export class StatusPace {
  readonly #refreshMs: number;
  #last: { readonly news: string; readonly whole: string; readonly at: Date } | undefined;

  /** `refreshMs`: after so long it is written though nothing has changed. */
  constructor(refreshMs = Number.POSITIVE_INFINITY) {
    this.#refreshMs = refreshMs;
  }

  /** What becomes of a status now; `whole` is all of it that is worth a write. */
  look(status: PacedStatus, whole: string, now: Date): 'write' | 'putOff' | 'same' {
    if (!this.#last || newsOf(status) !== this.#last.news) return 'write';
    const age = now.getTime() - this.#last.at.getTime();
    if (whole === this.#last.whole) return age >= this.#refreshMs ? 'write' : 'same';
    return age >= LEAST_MS ? 'write' : 'putOff';
  }

  wrote(status: PacedStatus, whole: string, now: Date): void {
    this.#last = { news: newsOf(status), whole, at: now };
  }
}

/** A condition that turns, an answer to a request, what a person is to release. */
function newsOf({ conditions = [], ...status }: PacedStatus): string {
  const turned = conditions
    .filter(({ type }) => !TRANSIENT.has(type))
    .map(({ type, status: is, reason, observedGeneration }) => [
      type,
      is,
      GOOD.has(reason) || reason,
      observedGeneration,
    ]);
  const { lastHandledRunRequest, lastHandledSyncRequest, lastHandledTestRequest } = status;
  const answered = [lastHandledRunRequest, lastHandledSyncRequest, lastHandledTestRequest];
  return JSON.stringify([turned, answered, status.heldPlan, status.syncedCredentialHash, status.hooks?.state]);
}
