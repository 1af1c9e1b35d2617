import { z } from 'zod';
import { defineKind, READY_COLUMNS, type Resource } from '../schema/define.ts';
import { ATOMIC, conditions, duration, label, observedGeneration, resourceName, timestamp } from '../schema/fields.ts';
import { immutable, withRules } from '../schema/rules.ts';
import { RUN_RESULTS } from './feed.ts';

const window = withRules(
  z.strictObject({ from: timestamp('Inclusive.'), to: timestamp('Exclusive; now if absent.').optional() }),
  {
    rule: '!has(self.to) || timestamp(self.from) < timestamp(self.to)',
    message: 'window.from must be before window.to',
    fieldPath: '.to',
  },
);

const spec = immutable(
  withRules(
    z.strictObject({
      feedRef: z
        .strictObject({ name: resourceName('Feed of the same namespace that is to run.') })
        .describe('Which Feed runs.'),
      window: window.optional().describe('Back-fill: read again what changed in this time.'),
      ids: z
        .array(z.string().min(1).max(128))
        .min(1)
        .max(1000)
        .meta({ description: 'Read exactly these records.', ...ATOMIC })
        .optional(),
      replay: z
        .strictObject({ reason: label(63, 'Reason of the problems whose records are to be tried again.') })
        .optional()
        .describe('Try again what failed.'),
      resetCheckpoint: z.boolean().optional().describe('true: forget the checkpoint and read everything.'),
      dryRun: z.boolean().optional().describe('true: read and compare, change nothing, say what would change.'),
      ttlAfterFinished: duration('Deleted this long after it ended; 7d if absent.').optional(),
    }),
    {
      rule: '[has(self.window), has(self.ids), has(self.replay), has(self.resetCheckpoint) && self.resetCheckpoint].filter(x, x).size() <= 1',
      message: 'give at most one of window, ids, replay and resetCheckpoint: with none the feed just runs once',
    },
  ),
  'spec',
  'create another FeedRun',
);

const status = z.strictObject({
  observedGeneration,
  conditions,
  runId: z.string().max(64).optional().describe('By which the hub knows the run.'),
  result: z.enum(RUN_RESULTS).optional().describe('How it ended.'),
  startedAt: timestamp('Start.').optional(),
  finishedAt: timestamp('End.').optional(),
  read: z.int().min(0).optional().describe('Records read from the store.'),
  changed: z.int().min(0).optional().describe('Written, or with dryRun: would be written.'),
  problems: z.int().min(0).optional().describe('Records that were set aside.'),
  message: z.string().max(1024).optional().describe('What happened, and what to do.'),
});

export type FeedRunSpec = z.infer<typeof spec>;
export type FeedRunStatus = z.infer<typeof status>;
export type FeedRunResource = Resource<FeedRunSpec, FeedRunStatus>;

export const feedRunKind = defineKind({
  kind: 'FeedRun',
  plural: 'feedruns',
  singular: 'feedrun',
  shortNames: ['scrun'],
  scope: 'Namespaced',
  description: 'One deliberate run of a feed: back-fill, named ids, replay of problems, reset, dry run.',
  spec,
  status,
  columns: [
    { name: 'Feed', type: 'string', jsonPath: '.spec.feedRef.name' },
    { name: 'Result', type: 'string', jsonPath: '.status.result' },
    { name: 'Read', type: 'integer', jsonPath: '.status.read' },
    { name: 'Changed', type: 'integer', jsonPath: '.status.changed' },
    { name: 'Finished', type: 'date', jsonPath: '.status.finishedAt' },
    ...READY_COLUMNS.filter(({ name }) => name === 'Ready' || name === 'Reason'),
    { name: 'Message', type: 'string', jsonPath: '.status.message', priority: 1 },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  selectableFields: ['.spec.feedRef.name'],
});
