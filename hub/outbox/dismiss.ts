import { FEEDS, feedOfKind, isExport, isFeedType, subjectOf, type WriteKind, type WriteOf } from '../../model/feeds.ts';
import { dismissOrders } from '../orders/dismissed.ts';
import {
  eraseNotesOfForgotten,
  keyOfAbout,
  openProblems,
  rememberDismissed,
  settleByHand,
  type About,
  type Dismissal,
  type OpenProblem,
} from '../problems/dismissal.ts';
import type { Queryable, Transaction } from '../storage/database.ts';
import { dryOr } from '../storage/dry-run.ts';
import { REFUSED_FOR } from './results.ts';

const UNDELIVERABLE = 'WebhookUndeliverable';

/** What became of it. */
export interface DismissResult {
  /** What has this reason and is open. */
  readonly matched: number;
  /** Of these, what was dismissed: not what is being tried again just now. */
  readonly dismissed: number;
}

/**
 * A person has dealt with what cannot be mended: rejected orders are skipped, refused writes and dead letters are done
 * with, other problems resolved. Nothing is sent, and nothing else is kept back: what comes next of the same record is
 * tried as ever. A dry run does it all and takes it back.
 */
export function dismissReason(tx: Transaction, dismissal: Dismissal, dryRun: boolean): Promise<DismissResult> {
  return dryOr(tx, dryRun, () => dismiss(tx, dismissal));
}

async function dismiss(tx: Transaction, dismissal: Dismissal): Promise<DismissResult> {
  const connections = await tx.query<{ id: number }>(
    `SELECT id FROM connections WHERE store_id = $1 AND ($2::text IS NULL OR namespace || '/' || name = $2) ORDER BY id`,
    [dismissal.storeId, dismissal.connection ?? null],
  );
  const ids = connections.map(({ id }) => id);
  const orders = (await dismissOrders(tx, ids, dismissal)).map((row) => aboutOrder(row));
  const writes = await dismissWrites(tx, ids, dismissal);
  const deliveries = dismissal.reason === UNDELIVERABLE ? await dismissDeliveries(tx, dismissal) : [];
  const done = [...orders, ...writes, ...deliveries];
  const problems = await openProblems(tx, ids, deliveries, dismissal);
  const dismissed = new Set(done.map(keyOfAbout));
  const isDone = (problem: OpenProblem): boolean => {
    const about = aboutOf(problem);
    return about !== undefined && dismissed.has(keyOfAbout(about));
  };
  const left = new Set([
    ...(await underWay(
      tx,
      problems.filter((problem) => !isDone(problem)),
    )),
    ...(dismissal.reason === UNDELIVERABLE ? await undelivered(tx, problems, isDone) : []),
  ]);
  const settled = problems.filter((problem) => !left.has(problem));
  await settleByHand(tx, settled, done, dismissal);
  const others = settled.filter((problem) => !isDone(problem));
  const told = [...writes, ...deliveries, ...others.flatMap((problem) => aboutOf(problem) ?? [])];
  await rememberDismissed(tx, told.filter(isOrder), dismissal);
  await eraseNotesOfForgotten(tx, [...orders, ...told].filter(isOrder));
  const count = done.length + others.length;
  return { matched: count + left.size, dismissed: count };
}

const isOrder = ({ kind }: About): boolean => kind === 'order';
const aboutOrder = (row: { readonly connection_id: number; readonly id: string }): About => ({
  ...{ connectionId: row.connection_id, kind: 'order', id: row.id },
});
const aboutOf = ({ connectionId, kind, id }: OpenProblem): About | undefined =>
  connectionId === null ? undefined : { connectionId, kind, id };

interface WriteRow extends Record<string, unknown> {
  readonly id: number;
  readonly connection_id: number;
  readonly kind: WriteKind;
  readonly payload: WriteOf<ReturnType<typeof feedOfKind>>;
}

/** What it is about, as its problem says. */
function aboutWrite({ connection_id: connectionId, kind, payload }: WriteRow): About & { readonly number?: string } {
  return { connectionId, ...subjectOf(feedOfKind(kind), payload) };
}

/** One that a pod is sending now is not touched: what becomes of it is not known. */
async function dismissWrites(
  tx: Queryable,
  connectionIds: readonly number[],
  { storeId, reason, record }: Dismissal,
): Promise<About[]> {
  const refused = await tx.query<WriteRow>(
    `SELECT o.id, o.connection_id, o.kind, o.payload FROM outbox o WHERE o.connection_id = ANY($1::int[]) AND o.state = 'Rejected' AND ${REFUSED_FOR} = $2`,
    [connectionIds, reason],
  );
  const numbered = record === undefined ? [] : await ordersOfNumber(tx, storeId, record);
  const named = new Set(numbered.map((row) => keyOfAbout(aboutOrder(row))));
  const chosen = refused.filter((row) => {
    const about = aboutWrite(row);
    return record === undefined || about.id === record || about.number === record || named.has(keyOfAbout(about));
  });
  const done = await tx.query<WriteRow>(
    `UPDATE outbox o SET state = 'Dismissed' FROM unnest($1::int[], $2::bigint[]) AS d(connection_id, id)
     WHERE o.connection_id = d.connection_id AND o.id = d.id AND o.state = 'Rejected' RETURNING o.id, o.connection_id, o.kind, o.payload`,
    [chosen.map((row) => row.connection_id), chosen.map(({ id }) => id)],
  );
  return done.map(aboutWrite);
}

function ordersOfNumber(
  tx: Queryable,
  storeId: number,
  number: string,
): Promise<{ connection_id: number; id: string }[]> {
  return tx.query<{ connection_id: number; id: string }>(
    'SELECT connection_id, external_id AS id FROM orders WHERE store_id = $1 AND number = $2',
    [storeId, number],
  );
}

/** Those to the Store's endpoints, whose orders may be of another Store that its key opens. */
async function dismissDeliveries(tx: Queryable, { storeId, connection, record }: Dismissal): Promise<About[]> {
  const done = await tx.query<{ connection_id: number; id: string }>(
    `UPDATE deliveries d SET state = 'Dismissed' WHERE d.store_id = $1 AND d.state = 'Dead'
       AND ($2::text IS NULL OR EXISTS (SELECT 1 FROM connections c WHERE c.id = d.connection_id AND c.namespace || '/' || c.name = $2))
       AND ($3::text IS NULL OR d.order_id = $3 OR EXISTS (SELECT 1 FROM orders o WHERE o.connection_id = d.connection_id AND o.external_id = d.order_id AND o.number = $3))
     RETURNING d.connection_id, d.order_id AS id`,
    [storeId, connection ?? null, record ?? null],
  );
  return done.map(aboutOrder);
}

/** Problems of writes that are on their way once more: whether the store takes them is not known yet. */
async function underWay(tx: Queryable, problems: readonly OpenProblem[]): Promise<OpenProblem[]> {
  const kinds = new Map<OpenProblem, WriteKind>();
  for (const problem of problems)
    if (problem.feed !== null && isFeedType(problem.feed) && isExport(problem.feed))
      kinds.set(problem, FEEDS[problem.feed].kind);
  if (kinds.size === 0) return [];
  const writes = await tx.query<WriteRow>(
    `SELECT id, connection_id, kind, payload FROM outbox
     WHERE connection_id = ANY($1::int[]) AND kind = ANY($2::text[]) AND state IN ('Pending', 'Sent', 'Submitted', 'Held')`,
    [[...kinds.keys()].map(({ connectionId }) => connectionId), [...new Set(kinds.values())]],
  );
  const waiting = new Set(writes.map((row) => `${row.kind}/${keyOfAbout(aboutWrite(row))}`));
  return [...kinds].flatMap(([problem, kind]) => {
    const about = aboutOf(problem);
    return about !== undefined && waiting.has(`${kind}/${keyOfAbout(about)}`) ? [problem] : [];
  });
}

/** Problems of dead letters that stay (those to an endpoint of another Store), or that are being sent again. */
async function undelivered(
  tx: Queryable,
  problems: readonly OpenProblem[],
  isDone: (problem: OpenProblem) => boolean,
): Promise<OpenProblem[]> {
  const rows = await tx.query<{ connection_id: number; id: string; state: string }>(
    `SELECT DISTINCT d.connection_id, d.order_id AS id, d.state FROM unnest($1::int[], $2::text[]) AS p(connection_id, order_id)
     JOIN deliveries d ON d.connection_id = p.connection_id AND d.order_id = p.order_id WHERE d.state IN ('Dead', 'Pending')`,
    [problems.map(({ connectionId }) => connectionId), problems.map(({ id }) => id)],
  );
  const found = new Set(rows.map((row) => `${row.state}/${keyOfAbout(aboutOrder(row))}`));
  return problems.filter((problem) => {
    const about = aboutOf(problem);
    if (about === undefined) return false;
    const key = keyOfAbout(about);
    return found.has(`Dead/${key}`) || (!isDone(problem) && found.has(`Pending/${key}`));
  });
}
