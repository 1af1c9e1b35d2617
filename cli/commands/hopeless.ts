import { settled } from '../settled.ts';
import type { Viewed } from '../status-view.ts';

/** Without any of these there is no pod that could carry a request out. What else stalls, its pod may find mended. */
const NEEDED = ['Accepted', 'Licensed', 'Deployed'];

/**
 * Why a request will not be carried out until a person changes something; undefined while it may be. Only what was
 * decided about this very spec counts: who enables a connection and asks at once meets the status of before. Pure.
 */
export function hopeless(resource: Viewed | undefined): string | undefined {
  if (!resource) return 'it is gone, or the selector no longer finds it';
  if (resource.metadata.deletionTimestamp !== undefined) return 'it is being deleted';
  const suspended = settled(resource, 'Suspended');
  if (suspended?.status === 'True' && suspended.reason !== 'Suspended')
    return `${suspended.reason}: ${suspended.message}`;
  if (settled(resource, 'Stalled')?.status !== 'True') return undefined;
  const missing = NEEDED.map((type) => settled(resource, type)).find((found) => found?.status === 'False');
  return missing && `${missing.reason}: ${missing.message}`;
}
