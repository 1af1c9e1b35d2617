import { errorDetails, type DriverError } from '../../drivers/contract/index.ts';
import { HubRefusal, HubUnreachable } from '../hub-client.ts';
import type { RunOutcome } from '../outcome.ts';

/** For who says that one must wait, and not how long. */
const SOME_TIME_MS = 60_000;

/** What ended a run, as details: what our own hub says or fails to say is not the shop's fault. */
export function faultDetails(error: unknown): DriverError['details'] {
  if (error instanceof HubRefusal)
    return { behaviour: 'retry', reason: error.reason, message: error.message, scope: 'hub' };
  if (error instanceof HubUnreachable)
    return { behaviour: 'retry', reason: 'HubUnreachable', message: error.message, scope: 'hub' };
  return errorDetails(error);
}

/** The outcome of a run that a fault ended. One whose end is known is no failure: the run waits, and goes on then. */
export function withFault(
  failed: RunOutcome,
  { behaviour, scope, retryAfterMs }: Pick<DriverError['details'], 'behaviour' | 'scope' | 'retryAfterMs'>,
): RunOutcome {
  return behaviour === 'waiting'
    ? { ...failed, result: 'Waiting', behaviour, scope, retryAfterMs: retryAfterMs ?? SOME_TIME_MS }
    : { ...failed, behaviour, scope, retryAfterMs };
}
