import { storeReason, type FaultScope, type ReasonRule, type StoreReason } from '../../model/reasons.ts';

export type { FaultScope, ReasonRule, StoreReason } from '../../model/reasons.ts';

/**
 * How a failure wants to be treated. The engine decides by `behaviour` and `scope` alone; people read `reason` and
 * `message`.
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
  /** Whose fault it is; absent: the record's where `recordId` names one, else as the reason has it, else the shop's. */
  readonly scope?: FaultScope;
}

/** A shop may ask for more, by mistake or in bad faith: it is asked again after a day all the same. */
export const LONGEST_WAIT_MS = 86_400_000;
/** Where it asks for something that is no time. */
const NO_TIME_MS = 60_000;

/** For how long a shop that asks for it is left alone: a time that a clock can hold. Pure. */
export function boundedWait(ms: number): number {
  return Number.isNaN(ms) ? NO_TIME_MS : Math.min(LONGEST_WAIT_MS, Math.max(0, ms));
}

export class DriverError extends Error {
  readonly details: DriverErrorDetails & { readonly scope: FaultScope };

  constructor(details: DriverErrorDetails, options?: { cause?: unknown }) {
    super(details.message, options);
    this.name = 'DriverError';
    const scope =
      details.scope ?? (details.recordId === undefined ? (storeReason(details.reason)?.scope ?? 'shop') : 'record');
    const wait = details.retryAfterMs;
    this.details = { ...details, scope, ...(wait === undefined ? {} : { retryAfterMs: boundedWait(wait) }) };
  }
}

/** Makers of errors with the reasons that every driver has, and `Own` ones. */
export interface ErrorMakers<Own extends string = never> {
  readonly terminal: (reason: StoreReason | Own, message: string, recordId?: string) => DriverError;
  readonly retry: (reason: StoreReason | Own, message: string, recordId?: string) => DriverError;
  readonly waiting: (reason: StoreReason | Own, message: string, retryAfterMs: number) => DriverError;
}

/**
 * For a driver with reasons of its own: the same table goes into its manifest (`reasons`), so that people find the
 * remedy.
 */
export function errorsWith<Own extends string>(own: Readonly<Record<Own, ReasonRule>>): ErrorMakers<Own> {
  const make = (details: DriverErrorDetails): DriverError =>
    new DriverError(
      details.recordId === undefined && Object.hasOwn(own, details.reason)
        ? { ...details, scope: own[details.reason as Own].scope }
        : details,
    );
  return {
    terminal: (reason, message, recordId) => make({ behaviour: 'terminal', reason, message, recordId }),
    retry: (reason, message, recordId) => make({ behaviour: 'retry', reason, message, recordId }),
    waiting: (reason, message, retryAfterMs) => make({ behaviour: 'waiting', reason, message, retryAfterMs }),
  };
}

export const { terminal, retry, waiting } = errorsWith<never>({});

/**
 * Anything thrown, as details the engine can act on: what is not a DriverError is a fault of the driver, tried again.
 */
export function errorDetails(error: unknown): DriverError['details'] {
  if (error instanceof DriverError) return error.details;
  return {
    behaviour: 'retry',
    reason: 'UnexpectedError',
    message: error instanceof Error ? error.message : String(error),
    scope: 'record',
  };
}
