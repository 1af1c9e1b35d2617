import { expect, it } from '@jest/globals';
import type { Settlement } from '../kit/conditions.ts';
import { eventType } from './event-type.ts';

const said = (state: Settlement['state'], reason: string): Settlement => ({ state, finding: { reason, message: 'm' } });

const START = ['Creating', 'Starting', 'Checking', 'InitialSync', 'WaitingForFeed', 'NotRunYet', 'FeedNotRunYet'];
const ASKED_FOR = ['Stopping', 'Stopped', 'Waiting', 'Running', 'NotYetValid'];

it.each([...START, ...ASKED_FOR])(
  '%s is part of a healthy start or of a change that was asked for, and no Warning',
  (reason) => {
    expect(eventType(said('Reconciling', reason), undefined)).toBe('Normal');
    expect(eventType(said('Reconciling', reason), { status: 'True' })).toBe('Normal');
  },
);

it.each(['StoreNotFound', 'DriverNotFound', 'CredentialNotFound', 'ConnectionNotFound', 'FeedNotFound'])(
  '%s is a Warning where it had been there, and none while all is being applied',
  (reason) => {
    expect(eventType(said('Reconciling', reason), undefined)).toBe('Normal');
    expect(eventType(said('Reconciling', reason), { status: 'False' })).toBe('Normal');
    expect(eventType(said('Reconciling', reason), { status: 'True' })).toBe('Warning');
  },
);

it('a reason that nobody has called harmless is a Warning, and all that is Stalled', () => {
  expect(eventType(said('Reconciling', 'StoreUnavailable'), undefined)).toBe('Warning');
  for (const reason of ['ChildRefused', 'PodRefused', 'ImageNotPulled', 'Checking'])
    expect(eventType(said('Stalled', reason), undefined)).toBe('Warning');
});

it('what is well or rests is told as Normal', () => {
  expect(eventType(said('Ready', 'Running'), { status: 'False' })).toBe('Normal');
  expect(eventType(said('Resting', 'Inactive'), { status: 'True' })).toBe('Normal');
});
