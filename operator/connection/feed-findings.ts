import type { FeedView } from '../views.ts';
import { findCondition, isTrue } from '../../kit/conditions.ts';
import { reconciling, stalled, type Summary } from './summary.ts';

/** Feeds that have not run yet: nothing is wrong with them. */
const NOT_YET = new Set([undefined, 'NotRunYet', 'WaitingForFeed', 'DriverNotFound', 'ConnectionNotFound']);

/**
 * What the feeds keep the connection from: one that a person must mend before one that fails, and that before one that
 * has still to run. What a brake holds back is said by the Feed alone: the others move their data.
 */
export function feedFindings(feeds: readonly FeedView[]): Summary | undefined {
  const open = feeds.filter(isOpen).sort((a, b) => a.metadata.name.localeCompare(b.metadata.name));
  const toMend = open.filter(({ status }) => isTrue(status?.conditions, 'Stalled'));
  const failing = open.filter((feed) => !toMend.includes(feed) && !NOT_YET.has(readyOf(feed)?.reason));
  if (toMend.length > 0) return stalled({ reason: 'FeedStalled', message: told(toMend) }, 'Degraded');
  if (failing.length > 0) return reconciling('Degraded', { reason: 'FeedNotReady', message: told(failing) });
  return open.length > 0 ? reconciling('Initializing', { reason: 'FeedNotRunYet', message: told(open) }) : undefined;
}

function told(feeds: readonly FeedView[]): string {
  const [first] = feeds as readonly [FeedView];
  const more = feeds.length > 1 ? ` (and ${feeds.length - 1} more)` : '';
  return `Feed ${first.metadata.name}${more}: ${readyOf(first)?.message ?? 'it has no Ready condition yet'}`;
}

/** A suspended feed and one whose writes are held back for a person are not failing. */
function isOpen({ spec, status }: FeedView): boolean {
  return spec.suspend !== true && !isTrue(status?.conditions, 'Ready') && !isTrue(status?.conditions, 'Held');
}

function readyOf({ status }: FeedView) {
  return findCondition(status?.conditions, 'Ready');
}
