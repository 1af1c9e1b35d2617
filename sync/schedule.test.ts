import { describe, expect, it } from '@jest/globals';
import { classOf, defaultScheduleOf, FEED_TYPES, rankOf, type FeedType } from '../model/feeds.ts';
import { nextRun } from '../model/feed-rules.ts';
import { dueRuns, laneOf, wakeAt, type FeedState } from './schedule.ts';

const NOW = new Date('2026-05-02T12:00:00Z');
const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);
const feed = (type: FeedType, state: Partial<FeedState> = {}): FeedState => ({
  name: type,
  type,
  schedule: defaultScheduleOf(type),
  timeZone: undefined,
  suspended: false,
  initialDone: true,
  requested: undefined,
  nextAt: later(60),
  notBefore: undefined,
  running: false,
  ...state,
});
const fresh = (type: FeedType, state: Partial<FeedState> = {}) =>
  feed(type, { initialDone: false, nextAt: later(-1), ...state });
const due = (...feeds: FeedState[]) => dueRuns(feeds, NOW).map(({ type, trigger }) => `${type} ${trigger}`);

describe('the initial sync', () => {
  it('runs the imports one after another, in their order of dependency', () => {
    const feeds = new Map([...FEED_TYPES].reverse().map((type) => [type, fresh(type)]));
    const ran: FeedType[] = [];
    while (ran.length < feeds.size) {
      const [run, ...more] = dueRuns([...feeds.values()], NOW).filter(({ trigger }) => trigger === 'Initial');
      if (rankOf(run!.type) < rankOf('ShipmentExport')) expect(more).toEqual([]);
      ran.push(run!.type);
      feeds.set(run!.type, feed(run!.type));
    }
    expect(ran).toEqual([...FEED_TYPES].sort((a, b) => rankOf(a) - rankOf(b)));
  });

  it.each<[string, FeedState[], string[]]>([
    [
      'begins with the data model',
      [fresh('OrderImport'), fresh('ProductImport'), fresh('DataModelSync')],
      ['DataModelSync Initial'],
    ],
    ['waits while its first feed runs', [fresh('DataModelSync', { running: true }), fresh('OrderImport')], []],
    [
      'waits while its first feed backs off',
      [fresh('DataModelSync', { notBefore: later(5) }), fresh('OrderImport')],
      [],
    ],
    [
      'goes on when the backoff is over',
      [fresh('DataModelSync', { notBefore: later(0) }), fresh('OrderImport')],
      ['DataModelSync Initial'],
    ],
    [
      'goes past a suspended feed',
      [fresh('DataModelSync', { suspended: true }), fresh('ProductImport')],
      ['ProductImport Initial'],
    ],
    [
      'does not stop a feed that is through',
      [fresh('ProductImport'), feed('OrderImport', { nextAt: NOW })],
      ['OrderImport Schedule', 'ProductImport Initial'],
    ],
    [
      'is not held up by an export',
      [fresh('ShipmentExport', { notBefore: later(60) }), fresh('StockCheck')],
      ['StockCheck Initial'],
    ],
    [
      'lets exports begin when the imports before them are through',
      [feed('OrderImport'), fresh('ShipmentExport')],
      ['ShipmentExport Initial'],
    ],
    [
      'holds back even a request of a feed behind',
      [fresh('DataModelSync', { running: true }), fresh('OrderImport', { requested: 'Requested' })],
      [],
    ],
  ])('%s', (_what, feeds, runs) => {
    expect(due(...feeds)).toEqual(runs);
  });
});

describe('a run is due', () => {
  it.each<[string, FeedState, string[]]>([
    ['at its time', feed('OrderImport', { nextAt: NOW }), ['OrderImport Schedule']],
    ['not a second before', feed('OrderImport', { nextAt: later(1) }), []],
    ['never without a schedule', feed('StockImport', { nextAt: undefined }), []],
    ['not while it runs', feed('OrderImport', { nextAt: NOW, running: true, requested: 'Requested' }), []],
    ['not during backoff', feed('OrderImport', { nextAt: NOW, notBefore: later(1) }), []],
    [
      'during backoff when a person asks',
      feed('OrderImport', { requested: 'Requested', notBefore: later(100) }),
      ['OrderImport Requested'],
    ],
    ['not during backoff for a hint', feed('OrderImport', { requested: 'Hint', notBefore: later(1) }), []],
    ['for a hint', feed('OrderImport', { requested: 'Hint' }), ['OrderImport Hint']],
    ['for changed settings', feed('OrderImport', { requested: 'Changed' }), ['OrderImport Changed']],
    ['not by schedule when suspended', feed('OrderImport', { nextAt: NOW, suspended: true }), []],
    [
      'when a person asks, though suspended',
      feed('OrderImport', { requested: 'Requested', suspended: true }),
      ['OrderImport Requested'],
    ],
  ])('%s', (_what, state, runs) => {
    expect(due(state)).toEqual(runs);
  });
});

describe('lanes', () => {
  it('are those of the budget, so that neither the catalogue nor stock holds back an order', () => {
    const catalogue = FEED_TYPES.filter((type) => laneOf(type) === 'catalogue');
    expect(catalogue).toEqual(FEED_TYPES.filter((type) => classOf(type) === 'catalogue'));
    expect(laneOf('OrderImport')).toBe('orders');
    expect(laneOf('StockExport')).toBe('stock');
  });

  it.each<[string, FeedState[], string[]]>([
    [
      'run one feed each, the most urgent first',
      FEED_TYPES.map((type) => feed(type, { nextAt: NOW })),
      ['OrderImport Schedule', 'ShipmentExport Schedule', 'StockImport Schedule', 'DataModelSync Schedule'],
    ],
    [
      'let an order pass a catalogue run',
      [feed('ProductImport', { running: true }), feed('OrderImport', { nextAt: NOW })],
      ['OrderImport Schedule'],
    ],
    [
      'let orders pass while a long export of stock or parcels runs',
      [
        feed('StockExport', { running: true }),
        feed('ShipmentExport', { running: true }),
        feed('OrderImport', { nextAt: NOW }),
      ],
      ['OrderImport Schedule'],
    ],
    [
      'run nothing beside a run of the same lane',
      [feed('OrderUpdate', { running: true }), feed('OrderImport', { nextAt: NOW, requested: 'Requested' })],
      [],
    ],
    [
      'put shipments before stock',
      [feed('StockExport', { nextAt: NOW }), feed('ShipmentExport', { nextAt: NOW })],
      ['ShipmentExport Schedule', 'StockExport Schedule'],
    ],
    [
      'put orders before shipments',
      [feed('ShipmentExport', { nextAt: NOW }), feed('OrderUpdate', { nextAt: NOW })],
      ['OrderUpdate Schedule', 'ShipmentExport Schedule'],
    ],
  ])('%s', (_what, feeds, runs) => {
    expect(due(...feeds)).toEqual(runs);
  });
});

describe('the next time of a schedule', () => {
  it.each<[string, string, string | undefined, string, string]>([
    ['is in UTC without a zone', '30 2 * * *', undefined, '2026-05-02T12:00:00Z', '2026-05-03T02:30:00.000Z'],
    ['is in the zone, in winter', '30 2 * * *', 'Europe/Berlin', '2026-01-10T12:00:00Z', '2026-01-11T01:30:00.000Z'],
    ['is in the zone, in summer', '30 2 * * *', 'Europe/Berlin', '2026-06-10T12:00:00Z', '2026-06-11T00:30:00.000Z'],
    [
      'is after the moment given, not at it',
      '0 12 * * *',
      undefined,
      '2026-05-02T12:00:00Z',
      '2026-05-03T12:00:00.000Z',
    ],
    [
      'keeps the local hour over the switch to summer',
      '0 4 * * *',
      'Europe/Berlin',
      '2026-03-28T12:00:00Z',
      '2026-03-29T02:00:00.000Z',
    ],
    [
      'keeps the local hour over the switch to winter',
      '0 4 * * *',
      'Europe/Berlin',
      '2026-10-24T12:00:00Z',
      '2026-10-25T03:00:00.000Z',
    ],
  ])('%s', (_what, schedule, zone, from, next) => {
    expect(nextRun(schedule, zone, new Date(from))?.toISOString()).toBe(next);
  });

  const runsOf = (schedule: string, from: string, until: string): string[] => {
    const times: string[] = [];
    for (
      let at = nextRun(schedule, 'Europe/Berlin', new Date(from));
      at && at < new Date(until);
      at = nextRun(schedule, 'Europe/Berlin', at)
    )
      times.push(at.toISOString());
    return times;
  };

  it.each([
    [
      'a day is never left out in spring, though 02:30 is not on the clock',
      '2026-03-28T12:00:00Z',
      '2026-03-30T12:00:00Z',
    ],
    ['a day never runs twice in autumn, though 02:30 is there twice', '2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z'],
  ])('%s', (_what, from, until) => {
    const days = runsOf('30 2 * * *', from, until).map((at) => at.slice(0, 10));
    expect(days).toHaveLength(2);
    expect(new Set(days).size).toBe(2);
  });

  it.each([
    ['spring', '2026-03-29T00:00:00Z', '2026-03-29T03:00:00Z'],
    ['autumn', '2026-10-25T00:00:00Z', '2026-10-25T03:00:00Z'],
  ])('comes every five minutes through the switch in %s', (_what, from, until) => {
    const times = [from, ...runsOf('*/5 * * * *', from, until), until].map((at) => Date.parse(at));
    expect(times.slice(1).map((at, index) => (at - times[index]!) / 60_000)).toEqual(
      Array.from({ length: 36 }, () => 5),
    );
  });
});

describe('the time to look again', () => {
  it.each<[string, FeedState[], Date | undefined]>([
    ['is none without feeds', [], undefined],
    [
      'is the earliest schedule',
      [feed('OrderImport', { nextAt: later(60) }), feed('ProductImport', { nextAt: later(30) })],
      later(30),
    ],
    ['is the end of a backoff', [feed('OrderImport', { nextAt: later(60), notBefore: later(5) })], later(5)],
    [
      'passes over what runs',
      [feed('OrderImport', { nextAt: later(5), running: true }), feed('ProductImport', { nextAt: later(30) })],
      later(30),
    ],
    [
      'passes over the schedule of what is suspended',
      [feed('OrderImport', { nextAt: later(5), suspended: true }), feed('ProductImport', { nextAt: later(30) })],
      later(30),
    ],
    ['is none without a schedule', [feed('StockImport', { nextAt: undefined })], undefined],
  ])('%s', (_what, feeds, at) => {
    expect(wakeAt(feeds)).toEqual(at);
  });
});

describe('a feed whose records come with the runs of another', () => {
  const base = (state: Partial<FeedState> = {}) => feed('ProductImport', state);
  const rider = (state: Partial<FeedState> = {}) => feed('ProductUpdate', { via: 'ProductImport', ...state });

  it.each<[string, FeedState[], string[]]>([
    ['runs the other when it is due', [base(), rider({ nextAt: later(-1) })], ['ProductImport Schedule']],
    ['runs the other when it is asked for', [base(), rider({ requested: 'Requested' })], ['ProductImport Requested']],
    ['runs nothing when it is suspended', [base(), rider({ nextAt: later(-1), suspended: true })], []],
    [
      'is through with the initial sync when the other is',
      [base({ initialDone: false }), rider({ initialDone: false }), fresh('OrderImport')],
      ['ProductImport Initial'],
    ],
    ['waits while the other backs off', [base({ notBefore: later(9) }), rider({ nextAt: later(-1) })], []],
    ['waits for the interval of the other', [base({ earliest: later(9) }), rider({ requested: 'Requested' })], []],
    [
      "holds no lane that is not the other's",
      [
        base({ running: true }),
        feed('StockImport', { via: 'ProductImport', running: true }),
        feed('StockCheck', { nextAt: later(-1) }),
      ],
      ['StockCheck Schedule'],
    ],
  ])('%s', (_what, feeds, expected) => {
    expect(due(...feeds)).toEqual(expected);
  });

  it('wakes the engine at its own time', () => {
    expect(wakeAt([base({ nextAt: later(600) }), rider({ nextAt: later(60) })])).toEqual(later(60));
  });
});
