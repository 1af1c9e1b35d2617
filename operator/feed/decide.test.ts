import { describe, expect, it } from '@jest/globals';
import { aCondition, aConnection, aDriver, aFeed } from '../../test/support/operator-fixtures.ts';
import { decideFeed, type FeedSnapshot } from './decide.ts';
import { formatDuration } from '../../model/duration.ts';
import { FreshnessRule } from '../../model/feed-rules.ts';

const decided = (over: Partial<FeedSnapshot> = {}) =>
  decideFeed(
    { feed: aFeed(), connection: aConnection(), driver: aDriver(), siblings: [], ...over },
    { freshnessRule: new FreshnessRule(), now: new Date('2026-01-01T01:00:00Z') },
  );
const WELL = [aCondition('Synced', 'True'), aCondition('Fresh', 'True')];

describe('a Feed', () => {
  const refusals: [string, Partial<FeedSnapshot>, string, string, string][] = [
    ['an invalid spec', { feed: aFeed({ batchSize: 0 }) }, 'Stalled', 'InvalidSpec', 'spec.batchSize'],
    [
      'no connection',
      { connection: undefined },
      'Reconciling',
      'ConnectionNotFound',
      'there is no Connection acme/shop: apply it',
    ],
    ['no driver', { driver: undefined }, 'Reconciling', 'DriverNotFound', 'driver "vendure" is not installed'],
    [
      'a type the driver does not support',
      { feed: aFeed({ type: 'SupplierImport' }) },
      'Stalled',
      'FeedNotSupported',
      'it supports OrderImport, StockExport',
    ],
    [
      'a type that an older feed has',
      { feed: aFeed({}, [], 'newer'), siblings: [aFeed({}, [], 'a-older')] },
      'Stalled',
      'FeedTypeTaken',
      'is run by the Feed a-older',
    ],
    [
      'a schedule that never comes',
      { feed: aFeed({ schedule: '99 * * * *' }) },
      'Stalled',
      'InvalidSchedule',
      'spec.schedule "99 * * * *"',
    ],
    [
      'a day that never comes',
      { feed: aFeed({ schedule: '0 0 30 2 *' }) },
      'Stalled',
      'InvalidSchedule',
      'spec.schedule "0 0 30 2 *" never fires: correct it',
    ],
    [
      'a time zone that is none',
      { feed: aFeed({ schedule: '0 * * * *', timeZone: 'Mars/Olympus' }) },
      'Stalled',
      'InvalidSchedule',
      '"Mars/Olympus"',
    ],
  ];
  it.each(refusals)('with %s is not accepted, and says what to do', (_what, over, state, reason, message) => {
    const { accepted, settlement } = decided(over);
    expect(accepted).toMatchObject({ status: 'False', reason, message: expect.stringContaining(message) });
    expect(settlement).toMatchObject({ state, finding: { reason } });
  });

  const states: [string, Partial<FeedSnapshot>, string, string][] = [
    ['nothing said by the pod', {}, 'Reconciling', 'NotRunYet'],
    ['all well', { feed: aFeed({}, WELL) }, 'Ready', 'UpToDate'],
    [
      'a failed run',
      { feed: aFeed({}, [aCondition('Synced', 'False', { reason: 'StoreDown' }), aCondition('Fresh', 'True')]) },
      'Reconciling',
      'StoreDown',
    ],
    [
      'a shop that a person must mend',
      { feed: aFeed({}, [aCondition('Synced', 'False', { reason: 'WrongUrl' }), aCondition('Fresh', 'True')]) },
      'Stalled',
      'WrongUrl',
    ],
    [
      'data that is stale for a day',
      {
        feed: aFeed({}, [
          aCondition('Synced', 'True'),
          aCondition('Fresh', 'False', { reason: 'Stale', lastTransitionTime: '2025-12-31T00:00:00Z' }),
        ]),
      },
      'Stalled',
      'Stale',
    ],
    [
      'stale data',
      { feed: aFeed({}, [aCondition('Synced', 'True'), aCondition('Fresh', 'False', { reason: 'Stale' })]) },
      'Reconciling',
      'Stale',
    ],
    [
      'a condition of an older generation',
      { feed: aFeed({}, [aCondition('Synced', 'True', { observedGeneration: 0 }), aCondition('Fresh', 'True')]) },
      'Reconciling',
      'NotRunYet',
    ],
    [
      'a plan that a brake holds',
      { feed: aFeed({}, [...WELL, aCondition('Held', 'True', { reason: 'BrakesApplied' })]) },
      'Stalled',
      'BrakesApplied',
    ],
    [
      'writes that Test mode keeps back',
      { feed: aFeed({}, [aCondition('Synced', 'True', { reason: 'TestMode' }), aCondition('Fresh', 'Unknown')]) },
      'Ready',
      'TestMode',
    ],
    ['suspend: true', { feed: aFeed({ suspend: true }, WELL) }, 'Resting', 'Suspended'],
    [
      'a connection that is switched off',
      { connection: aConnection({ enabled: false }), feed: aFeed({}, WELL) },
      'Resting',
      'ConnectionInactive',
    ],
  ];
  it.each(states)('with %s', (_what, over, state, reason) => {
    expect(decided(over)).toMatchObject({ accepted: { status: 'True' }, settlement: { state, finding: { reason } } });
  });
});

describe('the values in force', () => {
  it('are those of the feed, else of the driver, else of the type', () => {
    const offered = aDriver({ feeds: [{ type: 'OrderImport', defaultSchedule: '*/2 * * * *' }] });
    expect(
      decided({
        feed: aFeed({ schedule: '0 6 * * *', timeZone: 'Europe/Berlin', batchSize: 50, freshness: '1h' }),
        driver: offered,
      }).effective,
    ).toEqual({ schedule: '0 6 * * *', timeZone: 'Europe/Berlin', batchSize: 50, freshness: '1h' });
    expect(decided({ driver: offered }).effective?.schedule).toBe('*/2 * * * *');
    expect(decided().effective).toEqual({ schedule: '* * * * *', timeZone: 'UTC', batchSize: 250, freshness: '5m' });
  });

  it('have no schedule and no age limit for a feed that runs once', () => {
    const driver = aDriver({ feeds: [{ type: 'StockImport' }] });
    expect(decided({ feed: aFeed({ type: 'StockImport' }), driver }).effective).toEqual({ batchSize: 250 });
  });

  it('write durations as the API reads them', () => {
    expect([90_000, 900_000, 5_400_000, 7 * 86_400_000].map(formatDuration)).toEqual(['1m30s', '15m', '1h30m', '7d']);
  });
});
