import { isApiError } from './kube/errors.ts';

/** How a reconcile ended. The controller does the rest: forget, wait, back off, count. */
export type Outcome =
  | { readonly result: 'done' }
  /** All is well; look again at a known time. */
  | { readonly result: 'requeueAfter'; readonly ms: number }
  /** Try again by itself, later each time. */
  | { readonly result: 'retry'; readonly error: unknown; readonly minimumMs?: number }
  /** Someone else was faster; not worth an error. */
  | { readonly result: 'conflict' }
  /** Trying again cannot help: it waits for the next change of the object. */
  | { readonly result: 'terminal'; readonly error: unknown };

/** Longest wait that a timer of Node.js can hold (2^31 ms; a longer one would fire at once), rounded. */
const LONGEST_TIMER_MS = 2_000_000_000;

export const DONE: Outcome = { result: 'done' };

/** Looks again then, or in some weeks where that is later. */
export function requeueAfter(ms: number): Outcome {
  return { result: 'requeueAfter', ms: Math.min(Math.max(0, ms), LONGEST_TIMER_MS) };
}

/** The earlier of what several parts of a reconcile asked for; `undefined` asks for nothing. */
export function requeueAtFirst(...waits: readonly (number | undefined)[]): Outcome {
  const known = waits.filter((ms) => ms !== undefined);
  return known.length === 0 ? DONE : requeueAfter(Math.max(0, Math.min(...known)));
}

/** An error that knows what is to be done about it. */
export class ReconcileError extends Error {
  readonly behaviour: 'terminal' | 'retry' | 'waiting';
  readonly waitMs: number | undefined;

  constructor(
    behaviour: 'terminal' | 'retry' | 'waiting',
    message: string,
    options: { waitMs?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'ReconcileError';
    this.behaviour = behaviour;
    this.waitMs = options.waitMs;
  }
}

/** What a thrown error means. */
export function outcomeOf(error: unknown): Outcome {
  if (error instanceof ReconcileError) {
    if (error.behaviour === 'terminal') return { result: 'terminal', error };
    if (error.behaviour === 'waiting') return requeueAfter(error.waitMs ?? 30_000);
  }
  if (isApiError(error, 'Conflict')) return { result: 'conflict' };
  return { result: 'retry', error, minimumMs: isApiError(error) ? error.retryAfterMs : undefined };
}

/** A bug of ours rather than a failure of the world; counted apart, as controller-runtime counts panics. */
export function isBug(error: unknown): boolean {
  return (
    error instanceof TypeError ||
    error instanceof ReferenceError ||
    error instanceof RangeError ||
    error instanceof SyntaxError
  );
}
