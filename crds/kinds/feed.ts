import { z } from 'zod';
import { FEED_TYPES } from '../../model/feeds.ts';
import { defineKind, READY_COLUMNS, type Resource } from '../schema/define.ts';
import {
  ATOMIC,
  conditions,
  cron,
  duration,
  observedGeneration,
  resourceName,
  timeZone,
  timestamp,
} from '../schema/fields.ts';
import { immutable, withRules } from '../schema/rules.ts';

export const RUN_RESULTS = [
  'Running',
  'Succeeded',
  'Empty',
  'Unproven',
  'Partial',
  'Failed',
  'Held',
  'Waiting',
] as const;
export type RunResult = (typeof RUN_RESULTS)[number];
export const SEVERITIES = ['Info', 'Retry', 'Error'] as const;
export type Severity = (typeof SEVERITIES)[number];

const connectionRef = immutable(
  z
    .strictObject({
      kind: z.enum(['Connection', 'ClusterConnection']).optional().describe('Connection if absent.'),
      name: resourceName('Connection the feed belongs to.'),
    })
    .describe('The Connection whose data it moves.'),
  'connectionRef',
  'create another Feed',
);

const spec = withRules(
  z.strictObject({
    connectionRef,
    type: immutable(z.enum(FEED_TYPES), 'type', 'create another Feed').describe('Which flow of data.'),
    schedule: cron("When it runs; the type's usual schedule if absent.").optional(),
    timeZone: timeZone('IANA time zone of the schedule; UTC if absent.').optional(),
    suspend: z.boolean().optional().describe('true: no scheduled runs.'),
    batchSize: z
      .int()
      .min(1)
      .max(1000)
      .optional()
      .describe('Records a page; the largest that the platform gives, at most 250, if absent.'),
    retry: z
      .strictObject({
        maxAttempts: z.int().min(1).max(20).optional().describe('Attempts of one run; 5 if absent.'),
        initialDelay: duration('Before the second attempt; 2s if absent.').optional(),
        maxDelay: duration('Longest pause; 5m if absent.').optional(),
      })
      .optional()
      .describe('How a run that failed is tried again.'),
    safetyStock: z
      .int()
      .min(0)
      .max(1_000_000)
      .optional()
      .describe('StockExport: pieces kept back from every level that is written to this channel; 0 if absent.'),
    freshness: duration(
      'Data older than this makes the feed not Ready; if absent or 0s, the longest time that three scheduled runs in a row can take to come (nights and weekends of the schedule included), at least 5m.',
    ).optional(),
  }),
  {
    rule: '!has(self.timeZone) || has(self.schedule)',
    message: 'timeZone needs a schedule: the usual schedules are in UTC',
    fieldPath: '.timeZone',
  },
  {
    rule: "!has(self.safetyStock) || self.type == 'StockExport'",
    messageExpression: `'safetyStock is for feeds of type StockExport, this one is ' + self.type + ': remove it'`,
    fieldPath: '.safetyStock',
  },
);

export const runSummary = z.strictObject({
  id: z.string().max(64).describe('By which the hub knows it.'),
  trigger: z.string().max(32).describe('What made it run: its schedule, a webhook, a request.'),
  result: z.enum(RUN_RESULTS).describe('How it ended.'),
  startedAt: timestamp('Start.'),
  finishedAt: timestamp('End.').optional(),
  read: z.int().min(0).describe('Records read from the store.'),
  changed: z.int().min(0).describe('Records written.'),
  problems: z.int().min(0).describe('Records that were set aside.'),
  message: z.string().max(1024).optional().describe('What happened, and what to do.'),
  goesOnAt: timestamp('Of a run that waits: when it goes on.').optional(),
});

const status = z.strictObject({
  observedGeneration,
  conditions,
  effective: z
    .strictObject({
      schedule: z.string().max(120).optional().describe('When it runs, as cron has it.'),
      timeZone: z.string().max(64).optional().describe('IANA time zone of the schedule.'),
      batchSize: z.int().optional().describe('Records that are written at once.'),
      freshness: z.string().max(32).optional().describe('How old the data may be; the pod judges by the same value.'),
    })
    .optional()
    .describe('Values in force, defaults applied.'),
  lastRun: runSummary.optional().describe('The newest run.'),
  recentRuns: z
    .array(runSummary)
    .max(5)
    .meta({ description: 'Newest first.', ...ATOMIC })
    .optional(),
  nextRunAt: timestamp('When the schedule runs it next.').optional(),
  lastSuccessAt: timestamp('End of the last run that succeeded.').optional(),
  checkpoint: z
    .strictObject({
      position: z.string().max(253).optional().describe('How far it has read, for people.'),
      token: z.string().max(64).optional().describe('Digest of the cursor.'),
      at: timestamp('When it was saved.'),
    })
    .optional()
    .describe('Where the next run goes on.'),
  problems: z
    .strictObject({
      info: z.int().min(0).describe('To know.'),
      retry: z.int().min(0).describe('Tried again by themselves.'),
      error: z.int().min(0).describe('For a person.'),
    })
    .optional()
    .describe('Open problems by severity.'),
  recentProblems: z
    .array(
      z.strictObject({
        severity: z.enum(SEVERITIES).describe('Whether a person must do something.'),
        reason: z.string().max(64).describe('What kind of problem, in one word.'),
        record: z.string().max(253).describe('Id of the record it is about.'),
        number: z
          .string()
          .max(253)
          .optional()
          .describe('The number that people know the record by, where it is not its id.'),
        message: z.string().max(1024).describe('What is wrong, and what to do.'),
        at: timestamp('Last seen.'),
      }),
    )
    .max(5)
    .meta({ description: 'Newest first; all of them are in the hub.', ...ATOMIC })
    .optional(),
  heldPlan: z
    .strictObject({
      digest: z.string().max(64).describe('Put it into the annotation supercargo.dev/release to let the plan go.'),
      summary: z.string().max(1024).describe('What it would change, and why it is held.'),
    })
    .optional()
    .describe('What a brake holds.'),
  lastHandledRunRequest: z
    .string()
    .max(253)
    .optional()
    .describe('Last value of supercargo.dev/run-requested-at that was carried out.'),
  lastHandledSyncRequest: z
    .string()
    .max(253)
    .optional()
    .describe('Last sync request of the connection that this feed has run for.'),
});

export type FeedSpec = z.infer<typeof spec>;
export type FeedStatus = z.infer<typeof status>;
export type RunSummary = z.infer<typeof runSummary>;
export type FeedResource = Resource<FeedSpec, FeedStatus>;

export const feedKind = defineKind({
  kind: 'Feed',
  plural: 'feeds',
  singular: 'feed',
  shortNames: ['scfeed'],
  scope: 'Namespaced',
  description: 'One flow of data on one connection.',
  spec,
  status,
  columns: [
    { name: 'Connection', type: 'string', jsonPath: '.spec.connectionRef.name' },
    { name: 'Type', type: 'string', jsonPath: '.spec.type' },
    { name: 'Schedule', type: 'string', jsonPath: '.status.effective.schedule' },
    { name: 'Last Result', type: 'string', jsonPath: '.status.lastRun.result' },
    { name: 'Read', type: 'integer', jsonPath: '.status.lastRun.read' },
    { name: 'Changed', type: 'integer', jsonPath: '.status.lastRun.changed', priority: 1 },
    { name: 'Errors', type: 'integer', jsonPath: '.status.problems.error' },
    { name: 'Last Success', type: 'date', jsonPath: '.status.lastSuccessAt' },
    ...READY_COLUMNS,
  ],
  selectableFields: ['.spec.connectionRef.name', '.spec.connectionRef.kind', '.spec.type'],
});
