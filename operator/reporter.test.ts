import { expect, it } from '@jest/globals';
import type { Applier } from '../kit/apply.ts';
import type { EventNote, EventRecorder } from '../kit/events.ts';
import type { Informer } from '../kit/kube/informer.ts';
import { aFeed } from '../test/support/operator-fixtures.ts';
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
  const reporter = new Reporter(applier, recorder, new ManualClock());
  await reporter.report({} as Informer<FeedResource>, aFeed(), report);
  expect(seen).toEqual(expected);
});
