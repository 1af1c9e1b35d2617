import { expect, it } from '@jest/globals';
import type { Applier } from '../kit/apply.ts';
import type { EventNote, EventRecorder } from '../kit/events.ts';
import type { Informer } from '../kit/kube/informer.ts';
import { aCondition, aFeed } from '../test/support/operator-fixtures.ts';
import { PassThrough } from 'node:stream';
import { createLogger } from '../kit/log.ts';
import { ManualClock } from '../test/support/manual-clock.ts';
import { Reporter, type Report } from './reporter.ts';
import type { FeedResource } from '../crds/index.ts';

const waiting = { state: 'Reconciling', finding: { reason: 'NotRunYet', message: 'it has not run yet' } } as const;
const broken = { state: 'Stalled', finding: { reason: 'FeedTypeTaken', message: 'another runs it' } } as const;

it.each<[string, Report, { statuses: number; events: string[] }]>([
  [
    'what every feed begins with',
    { settlement: waiting, findings: {}, unremarkable: true },
    { statuses: 1, events: [] },
  ],
  ['what else is told', { settlement: broken, findings: {} }, { statuses: 1, events: ['FeedTypeTaken'] }],
])('%s: the status is written, and an Event only where it tells something', async (_what, report, expected) => {
  const seen = { statuses: 0, events: [] as string[] };
  const applier = { applyStatus: async () => void (seen.statuses += 1) } as unknown as Applier;
  const recorder = {
    record: (_object: unknown, { reason }: EventNote) => void seen.events.push(reason),
  } as unknown as EventRecorder;
  const reporter = new Reporter(applier, recorder, new ManualClock(), createLogger('test', 'silent'));
  await reporter.report({} as Informer<FeedResource>, aFeed(), report);
  expect(seen).toEqual(expected);
});

it.each([
  ['what has been Ready', 'True', 'Warning', 'warn'],
  ['what is new', 'False', 'Normal', 'info'],
] as const)(
  'the Event about a name that is not there has the type for %s, and the log its level',
  async (_what, was, type, level) => {
    const told: unknown[] = [];
    const to = new PassThrough().on('data', (text: Buffer) => void told.push((JSON.parse(text.toString()) as { level: string }).level)); // prettier-ignore
    const applier = { applyStatus: async () => undefined } as unknown as Applier;
    const recorder = {
      record: (_object: unknown, note: EventNote) => void told.push(note),
    } as unknown as EventRecorder;
    const reporter = new Reporter(applier, recorder, new ManualClock(), createLogger('operator', 'info', to));
    const finding = { reason: 'ConnectionNotFound', message: 'apply it' };
    const feed = aFeed({}, [aCondition('Ready', was, { reason: 'Before' })]);
    await reporter.report({} as Informer<FeedResource>, feed, { settlement: { state: 'Reconciling', finding }, findings: {} }); // prettier-ignore
    expect(told).toEqual([level, { type, ...finding, action: 'Reconcile' }]);
  },
);

it('a change of state is a line of the log with whose it is and why; what stays as it was is none', async () => {
  const lines: { level: string; kind: string; namespace: string; name: string; reason: string; message: string }[] = [];
  const to = new PassThrough().on('data', (text: Buffer) => void lines.push(JSON.parse(text.toString())));
  const applier = { applyStatus: async () => undefined } as unknown as Applier;
  const recorder = { record: () => undefined } as unknown as EventRecorder;
  const reporter = new Reporter(applier, recorder, new ManualClock(), createLogger('operator', 'info', to));
  const settled = { state: 'Ready', finding: { reason: 'UpToDate', message: 'it is up to date' } } as const;
  await reporter.report({} as Informer<FeedResource>, aFeed(), { settlement: broken, findings: {} });
  const told = aFeed({}, [aCondition('Ready', 'False', { reason: 'FeedTypeTaken' })]);
  await reporter.report({} as Informer<FeedResource>, told, { settlement: broken, findings: {} });
  await reporter.report({} as Informer<FeedResource>, told, { settlement: settled, findings: {} });
  const whose = { kind: 'Feed', namespace: 'acme', name: 'orders' };
  expect(lines).toMatchObject([
    { ...whose, level: 'warn', reason: 'FeedTypeTaken', message: 'another runs it' },
    { ...whose, level: 'info', reason: 'UpToDate', message: 'it is up to date' },
  ]);
  expect(lines).toHaveLength(2);
});

it.each([
  ['another speaks of the fault that was told', 'the shop is closed', 'Feed orders: the shop is closed', false],
  ['one speaks of it alone, of whom another told', 'Feed orders: the shop is closed', 'the shop is closed', false],
  ['it is another fault', 'the key is refused', 'Feed orders: the shop is closed', true],
  ['nothing was said before', '', 'the shop is closed', true],
])('an Event is for what is news: where %s', async (_what, was, is, news) => {
  const told: string[] = [];
  const applier = { applyStatus: async () => undefined } as unknown as Applier;
  const recorder = { record: (_object: unknown, { reason }: EventNote) => void told.push(reason) };
  const reporter = new Reporter(
    applier,
    recorder as unknown as EventRecorder,
    new ManualClock(),
    createLogger('test', 'silent'),
  );
  const before = aFeed({}, [aCondition('Ready', 'False', { reason: 'StoreUnavailable', message: was })]);
  const finding = { reason: 'FeedNotReady', message: is };
  const report = (state: 'Reconciling' | 'Stalled') =>
    reporter.report({} as Informer<FeedResource>, before, { settlement: { state, finding }, findings: {} });
  await report('Reconciling');
  expect(told).toHaveLength(news ? 1 : 0);
  await report('Stalled');
  expect(told).toHaveLength(news ? 2 : 1);
});
