import { EXIT } from '../exit-code.ts';
import { FORMATS, type Format } from '../formats.ts';
import { row, type CommandRow, type Common } from './command.ts';
import { CLUSTER_KINDS, NAMESPACED_KINDS } from './kind-names.ts';
import { ALL_NAMESPACES, AS_JSON, ASKS_HUB, COMMON, CONNECTION_KIND, SCOPED, SYSTEM_NAMESPACE } from './options.ts';
import { ASK_HUB, DESCRIBE, READ_KINDS, READ_LICENSES, READ_LOGS, READ_RUNS, REPORT } from './rights.ts';

/** Commands that show resources. */
export const QUERIES: readonly CommandRow[] = [
  row<[string, string | undefined], Common & { output?: Format }>({
    name: 'get',
    summary: 'resources and their state',
    args: [{ usage: '<kind>', words: [...NAMESPACED_KINDS, ...CLUSTER_KINDS] }, { usage: '[name]' }],
    flags: [...SCOPED, { usage: '-o, --output <format>', description: 'another form', choices: FORMATS }],
    needs: READ_KINDS,
    async run({ args: [word, name], options, withTarget, say, clock }) {
      const { get } = await import('../commands/get.ts');
      await withTarget(options, async (target) => say(await get(target, { ...options, word, name }, clock.now())));
    },
  }),
  row<[string[]], Common & { kind: string }>({
    name: 'describe',
    summary: 'all that is known of connections: conditions, feeds, problems, pods, events',
    args: [{ usage: '[names...]' }],
    flags: [...SCOPED, CONNECTION_KIND],
    needs: DESCRIBE,
    async run({ args: [names], options, withTarget, say, clock }) {
      const { describeConnections } = await import('../commands/describe.ts');
      await withTarget(options, async (target) =>
        say(await describeConnections(target, { ...options, names }, clock.now())),
      );
    },
  }),
  row<[], Common>({
    name: 'licenses',
    summary: 'Licenses with their seats, and which Stores have one or would stop without',
    flags: SCOPED,
    needs: READ_LICENSES,
    async run({ options, withTarget, say, clock }) {
      const { showLicenses } = await import('../commands/licenses.ts');
      await withTarget(options, async (target) => say(await showLicenses(target, options, clock.now())));
    },
  }),
  row<[string, string | undefined], Common>({
    name: 'runs',
    summary: "the newest runs of a connection's feeds",
    args: [{ usage: '<connection>' }, { usage: '[feed]' }],
    flags: SCOPED,
    needs: READ_RUNS,
    async run({ args: [connection, feed], options, withTarget, say, clock }) {
      const { showRuns } = await import('../commands/runs.ts');
      await withTarget(options, async (target) =>
        say(await showRuns(target, { ...options, connection, feed }, clock.now())),
      );
    },
  }),
  row<[string], Common & { follow: boolean; previous: boolean; since?: string; tail?: number }>({
    name: 'logs',
    summary: "the log of a connection's sync pod",
    args: [{ usage: '<connection>' }],
    flags: [
      ...SCOPED,
      { usage: '-f, --follow', description: 'go on until the pod ends', default: false },
      { usage: '--previous', description: 'of the container before this one', default: false },
      { usage: '--since <age>', description: 'not older than 90s, 15m, 2h, 1d' },
      { usage: '--tail <lines>', description: 'the last lines alone', number: 'whole' },
    ],
    needs: READ_LOGS,
    async run({ args: [connection], options, withTarget, say, stop }) {
      const { showLogs } = await import('../commands/logs.ts');
      const signal = options.follow ? stop() : undefined;
      await withTarget(options, (target) => showLogs(target, { ...options, connection }, say, signal));
    },
  }),
  row<[string | undefined], Common & { output?: string; since?: string; tail: number }>({
    name: 'report',
    summary: 'what to send with a question: an installation, or one connection and what it uses, redacted, in one file',
    args: [{ usage: '[connection]' }],
    flags: [
      ...COMMON,
      ALL_NAMESPACES,
      SYSTEM_NAMESPACE,
      {
        usage: '-o, --output <path>',
        description: 'a file that ends in .tar.gz, or a folder; a file named by the time if absent',
      },
      { usage: '--since <age>', description: 'of logs: not older than 90s, 15m, 2h, 1d' },
      {
        usage: '--tail <lines>',
        description: 'of logs: the last lines of each container',
        default: 1000,
        number: 'whole',
      },
    ],
    needs: REPORT,
    async run({ args: [name], options, env, withTarget, say, tell, clock }) {
      const { makeReport } = await import('../commands/report.ts');
      const { openWriter } = await import('../report/writers.ts');
      const { ownPackage } = await import('../version.ts');
      const own = { cli: ownPackage().version, node: process.version };
      const asked = { ...options, name, keyGiven: Boolean(env['SUPERCARGO_API_KEY']) };
      say(await withTarget(options, (target) => makeReport(target, asked, { clock, tell, own, open: openWriter })));
    },
  }),
];

/** Commands that ask the hub what it keeps. */
export const HUB_QUERIES: readonly CommandRow[] = [
  row<[string], Common>({
    name: 'order',
    summary: 'the life line of an order',
    args: [{ usage: '<number>' }],
    flags: ASKS_HUB,
    needs: ASK_HUB,
    async run({ args: [number], options, withTarget, say }) {
      const { showOrder } = await import('../commands/order.ts');
      if (!(await withTarget(options, (target) => showOrder(target, number, options, say)))) return EXIT.notFound;
    },
  }),
  row<[], Common & { reason?: string; payload?: string; output?: string }>({
    name: 'errors',
    summary: 'open problems by reason, and what to do',
    flags: [
      ...ASKS_HUB,
      { usage: '--reason <reason>', description: 'list the records of a reason' },
      { usage: '--payload <record>', description: 'show what the shop gave of a record' },
      AS_JSON,
    ],
    needs: ASK_HUB,
    async run({ options, withTarget, say, clock }) {
      const { showErrors } = await import('../commands/errors.ts');
      await withTarget(options, (target) => showErrors(target, options, clock.now(), say));
    },
  }),
  row<[], Common & { reason: string; dryRun: boolean }>({
    name: 'replay',
    summary: 'try again what failed for a reason',
    flags: [
      ...ASKS_HUB,
      { usage: '--reason <reason>', description: 'as "supercargo errors" names it', required: true },
      { usage: '--dry-run', description: 'say how many, do nothing', default: false },
    ],
    needs: ASK_HUB,
    async run({ options, withTarget, say }) {
      const { replay } = await import('../commands/replay.ts');
      await withTarget(options, (target) => replay(target, options, say));
    },
  }),
  row<[], Common & { reason: string; record?: string; connection?: string; note?: string; dryRun: boolean }>({
    name: 'dismiss',
    summary: 'say that you have dealt with what cannot be mended: it is counted no more',
    flags: [
      ...ASKS_HUB,
      { usage: '--reason <reason>', description: 'as "supercargo errors" names it', required: true },
      { usage: '--record <record>', description: 'one record alone: its number, or the id shown' },
      { usage: '--connection <connection>', description: 'of one connection alone: NAMESPACE/NAME' },
      { usage: '--note <note>', description: 'who has dealt with it, and how; without it nothing is done' },
      { usage: '--dry-run', description: 'say how many, do nothing', default: false },
    ],
    needs: ASK_HUB,
    async run({ options, withTarget, say }) {
      const { dismiss } = await import('../commands/dismiss.ts');
      await withTarget(options, (target) => dismiss(target, options, say));
    },
  }),
  row<[], Common & { order?: string; person?: string }>({
    name: 'forget',
    summary: 'erase the person of an order, or a person from all closed orders',
    flags: [
      ...ASKS_HUB,
      { usage: '--order <number>', description: 'number of the order' },
      { usage: '--person <email>', description: 'mail address of the customer' },
    ],
    needs: ASK_HUB,
    async run({ options, withTarget, say }) {
      const { forget } = await import('../commands/forget.ts');
      if (!(await withTarget(options, (target) => forget(target, options, options, say)))) return EXIT.error;
    },
  }),
  row<[string | undefined], Common & { output?: string }>({
    name: 'diff',
    summary: 'what would happen if a connection went live now',
    args: [{ usage: '[connection]' }],
    flags: [...ASKS_HUB, AS_JSON],
    needs: ASK_HUB,
    async run({ args: [connection], options, withTarget, say }) {
      const { showDiff } = await import('../commands/diff.ts');
      await withTarget(options, (target) => showDiff(target, { ...options, connection }, say));
    },
  }),
];
