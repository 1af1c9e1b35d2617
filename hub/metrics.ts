import { Counter, Gauge, type Registry } from 'prom-client';
import type { ConnectionKey } from '../crds/index.ts';
import type { DeclaredConnections } from './base/context.ts';
import type { Clock } from '../kit/clock.ts';
import { FIGURES, FIRST_SEEN, type Figure, type FigureRow, type Source } from './figures.ts';
import type { Ended } from './retention/keeper.ts';
import type { Database } from './storage/database.ts';
import { REASONS, type UnfitFor } from './storage/fitness.ts';

/** Longer than this nobody who scrapes waits. */
const PATIENCE_MS = 8000;

/** What the hub's figures are made of. */
export interface FiguresSource {
  readonly db: Database;
  readonly unfit: readonly UnfitFor[];
  readonly ended: Ended;
  /** What Connection resources say; absent: every connection is taken to be there. */
  readonly declared?: DeclaredConnections;
  readonly clock: Clock;
  /** How long what slow sources say is good for. */
  readonly slowFreshMs: number;
}

/**
 * Domain figures, read from the database at scrape time: nothing stale remains after a deletion. A database that is
 * down costs its figures alone; what else the process says of itself is served all the same.
 */
export function hubMetrics(
  registry: Registry,
  { db, unfit, ended, declared, clock, slowFreshMs }: FiguresSource,
): void {
  const registers = [registry];
  new Counter({
    name: 'supercargo_hub_ended_rows_total',
    help: 'Rows that this replica ended because their time was over, by what they were; persons: orders whose personal data was erased.',
    labelNames: ['what'],
    registers,
    collect() {
      this.reset();
      for (const [what, rows] of ended) this.inc({ what }, rows);
    },
  });
  const unfitFor = new Gauge({
    name: 'supercargo_hub_database_unfit',
    help: '1: the database server is set up so that answered orders can be lost (reason: FsyncOff, FullPageWritesOff, TooFewSessions), as the hub found it at its start.',
    labelNames: ['reason'],
    registers,
  });
  for (const reason of REASONS) unfitFor.set({ reason }, unfit.some((fault) => fault.reason === reason) ? 1 : 0);

  // All families of one scrape share one reading: prom-client collects them at the same time.
  let reading: Promise<Readings> | undefined;
  const kept: Kept = { at: -Infinity, asking: false, rows: new Map() };
  const read = () => (reading ??= readings(db, clock, kept, slowFreshMs).finally(() => (reading = undefined)));
  const rowsOf = async ({ sources }: Figure): Promise<FigureRow[]> => {
    const found = await read();
    return sources.flatMap(({ sql, of = (row) => [row] }) =>
      (found?.get(sql) ?? []).filter((row) => isThere(row, declared)).flatMap(of),
    );
  };
  for (const figure of FIGURES) {
    new Gauge({
      name: figure.name,
      help: figure.help,
      labelNames: [...figure.labels],
      registers,
      async collect() {
        const rows = await rowsOf(figure);
        this.reset();
        for (const row of rows) this.set(labelsOf(figure, row), Number(row['value']));
      },
    });
  }
  new Counter({
    name: FIRST_SEEN.name,
    help: FIRST_SEEN.help,
    labelNames: [...FIRST_SEEN.labels],
    registers,
    async collect() {
      const rows = await rowsOf(FIRST_SEEN);
      this.reset();
      for (const row of rows) this.inc(labelsOf(FIRST_SEEN, row), Number(row['value']));
    },
  });
  new Gauge({
    name: 'supercargo_hub_database_up',
    help: '1: the database answered this scrape. 0: the figures of orders, problems, writes and webhooks are missing.',
    registers,
    async collect() {
      this.set((await read()) ? 1 : 0);
    },
  });
}

/** Absent: the database did not answer. */
type Readings = ReadonlyMap<string, readonly FigureRow[]> | undefined;

/** What slow sources said last, and when they were asked (monotonic, ms). */
interface Kept {
  at: number;
  asking: boolean;
  rows: ReadonlyMap<string, readonly FigureRow[]>;
}

const SOURCES: readonly Source[] = [...FIGURES, FIRST_SEEN].flatMap(({ sources }) => sources);

/**
 * By query, one after the other: figures never take more than one session from who works. Who scrapes waits for the
 * quick ones alone: slow ones that take long come with a later scrape, and until then as they were.
 */
async function readings(db: Database, clock: Clock, kept: Kept, slowFreshMs: number): Promise<Readings> {
  const quick = await withinPatience(rowsOf(db, false)).catch(() => undefined);
  if (!quick) return undefined;
  const now = clock.monotonic?.() ?? clock.now().getTime();
  if (!kept.asking && now - kept.at >= slowFreshMs) {
    kept.at = now;
    kept.asking = true;
    const slow = rowsOf(db, true)
      .then((rows) => (kept.rows = rows))
      .finally(() => (kept.asking = false));
    await withinPatience(slow).catch(() => undefined);
  }
  return new Map([...quick, ...kept.rows]);
}

async function rowsOf(db: Database, slow: boolean): Promise<ReadonlyMap<string, readonly FigureRow[]>> {
  const all = new Map<string, readonly FigureRow[]>();
  const asked = SOURCES.filter((source) => (source.slow ?? false) === slow).map(({ sql }) => sql);
  for (const sql of new Set(asked)) all.set(sql, await db.query<FigureRow>(sql));
  return all;
}

/** `write` stands for the label `kind`, whose name the kind of the connection has in the row. */
function labelsOf({ labels }: Figure, row: FigureRow): Record<string, string> {
  return Object.fromEntries(labels.map((label) => [label, String(row[label === 'kind' ? 'write' : label] ?? '')]));
}

/**
 * What a deleted connection left behind, or one that another installation took over, is kept for its order numbers, and
 * speaks of nothing that runs.
 */
function isThere(row: FigureRow, declared: DeclaredConnections | undefined): boolean {
  const kind = row['kind'];
  if (!declared || kind === undefined || kind === '') return true;
  try {
    const key = { kind, namespace: row['namespace'], name: row['connection'] } as unknown as ConnectionKey;
    const found = declared(key);
    return found !== undefined && !found.elsewhere;
  } catch {
    return true; // the resources have not been read yet
  }
}

async function withinPatience<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the database did not answer in time')), PATIENCE_MS);
  });
  return Promise.race([work, tooLong]).finally(() => clearTimeout(timer));
}
