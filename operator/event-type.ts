import type { Condition, Settlement } from '../kit/conditions.ts';

/**
 * What a start or a change that was asked for goes through by itself: nobody is to be woken for it.
 * Whatever else keeps a
 * resource from being Ready is a Warning, so that a new reason is heard of until somebody says here
 * that it is harmless.
 */
const HARMLESS: ReadonlySet<string> = new Set([
  'Checking',
  'Creating',
  'FeedNotRunYet',
  'InitialSync',
  'NotRunYet',
  'NotYetValid',
  'Running',
  'Starting',
  'Stopped',
  'Stopping',
  'Waiting',
  'WaitingForFeed',
]);

/** Tools apply a folder in no order: harmless for what is new, not for what has been Ready before. */
const HARMLESS_AT_FIRST: ReadonlySet<string> = new Set([
  'ConnectionNotFound',
  'CredentialNotFound',
  'DriverNotFound',
  'FeedNotFound',
  'StoreNotFound',
]);

/** The type of the Event about a change of Ready: it follows the reason, by this one table. */
export function eventType(
  { state, finding }: Settlement,
  before: Pick<Condition, 'status'> | undefined,
): 'Normal' | 'Warning' {
  if (state === 'Ready' || state === 'Resting') return 'Normal';
  if (state === 'Stalled') return 'Warning';
  if (HARMLESS.has(finding.reason)) return 'Normal';
  return HARMLESS_AT_FIRST.has(finding.reason) && before?.status !== 'True' ? 'Normal' : 'Warning';
}
