import { errorDetails, type DriverError } from '../../drivers/contract/index.ts';
import { HubRefusal, HubUnreachable } from '../hub-client.ts';

/** What ended a run, as details: what our own hub says or fails to say is not the shop's fault. */
export function faultDetails(error: unknown): DriverError['details'] {
  if (error instanceof HubRefusal)
    return { behaviour: 'retry', reason: error.reason, message: error.message, scope: 'hub' };
  if (error instanceof HubUnreachable)
    return { behaviour: 'retry', reason: 'HubUnreachable', message: error.message, scope: 'hub' };
  return errorDetails(error);
}
