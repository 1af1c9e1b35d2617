/**
 * How a failure wants to be treated. The engine decides by `behaviour` alone; people read `reason` and `message`.
 * - terminal: nothing will change until a person acts (bad key, missing permission, wrong URL).
 * - waiting: try again at a known time (rate limit, maintenance window).
 * - retry: try again with backoff (connection reset, 502, garbage that may have been a hiccup).
 */
export type Behaviour = 'terminal' | 'waiting' | 'retry';

export interface DriverErrorDetails {
  readonly behaviour: Behaviour;
  /** CamelCase, stable, machine readable: becomes a condition's or problem's reason. */
  readonly reason: string;
  /** One sentence: what is wrong and the one thing to do next. Never a secret, never personal data. */
  readonly message: string;
  /** For `waiting`: how long, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The platform id of the one record at fault, where it is one. */
  readonly recordId?: string;
}

export class DriverError extends Error {
  readonly details: DriverErrorDetails;

  constructor(details: DriverErrorDetails, options?: { cause?: unknown }) {
    super(details.message, options);
    this.name = 'DriverError';
    this.details = details;
  }
}

export const terminal = (reason: string, message: string, recordId?: string): DriverError =>
  new DriverError({ behaviour: 'terminal', reason, message, recordId });

export const retry = (reason: string, message: string, recordId?: string): DriverError =>
  new DriverError({ behaviour: 'retry', reason, message, recordId });

export const waiting = (reason: string, message: string, retryAfterMs: number): DriverError =>
  new DriverError({ behaviour: 'waiting', reason, message, retryAfterMs });

/** Anything thrown, as details the engine can act on: what is not a DriverError is tried again. */
export function errorDetails(error: unknown): DriverErrorDetails {
  if (error instanceof DriverError) return error.details;
  return { behaviour: 'retry', reason: 'UnexpectedError', message: error instanceof Error ? error.message : String(error) };
}
