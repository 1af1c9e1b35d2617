import type { FeedType } from '../../model/feeds.ts';
import type { SubjectKind } from '../../model/subjects.ts';
import type { Queryable } from '../storage/database.ts';

/** Whose a problem is: a feed's of a connection, or a Store's, where no connection is to blame. */
export type ProblemHome = { readonly connection: number; readonly feed: FeedType } | { readonly store: number };

/**
 * What a problem is about. One thing has one id, whoever notices: an order its external id, a stock level
 * `sku@location` (model/subjects.ts), a webhook endpoint its name, everything else the shop's id.
 */
export interface Subject {
  readonly kind: SubjectKind;
  readonly id: string;
  /** The number people know it by. An order that the hub has needs none: it is looked up. */
  readonly number?: string;
}

/**
 * Something that went wrong with a subject. `Info`: nothing to do; `Retry`: will be tried again; `Error`: a person must
 * act.
 */
export interface Problem extends Subject {
  readonly reason: string;
  readonly severity: 'Info' | 'Retry' | 'Error';
  readonly message: string;
}

/**
 * Raises problems: new ones are open, one that is known already is counted, and open again if it was resolved. The only
 * place that does. Of several with the same subject and reason the first counts.
 */
export async function raise(tx: Queryable, home: ProblemHome, problems: readonly Problem[]): Promise<void> {
  if (problems.length === 0) return;
  const { store, connection, feed } = { store: null, connection: null, feed: null, ...home };
  await tx.query(
    `INSERT INTO problems (store_id, connection_id, feed_type, kind, record, number, reason, severity, message)
     SELECT DISTINCT ON (p.id, p.reason) $1::int, $2::int, $3::text, p.kind, p.id,
       coalesce(p.number, (SELECT o.number FROM orders o WHERE p.kind = 'order' AND o.connection_id = $2 AND o.external_id = p.id)), p.reason, p.severity, p.message
     FROM ROWS FROM (jsonb_to_recordset($4::jsonb) AS (kind text, id text, number text, reason text, severity text, message text)) WITH ORDINALITY AS p
     ORDER BY p.id, p.reason, p.ordinality
     ON CONFLICT (connection_id, feed_type, record, reason, store_id) DO UPDATE
     SET last_seen_at = now(), count = problems.count + 1, severity = EXCLUDED.severity, message = EXCLUDED.message,
       number = coalesce(EXCLUDED.number, problems.number), resolved_at = NULL, note = NULL`,
    [
      store,
      connection,
      feed,
      JSON.stringify(
        problems.map(({ kind, id, number, reason, severity, message }) => ({
          kind,
          id,
          number,
          reason,
          severity,
          message,
        })),
      ),
    ],
  );
}

/** Resolves problems of a reason that were raised last so many days ago: nothing says when they are over. */
export async function resolveByAge(tx: Queryable, reason: string, days: number): Promise<void> {
  await tx.query(
    `UPDATE problems SET resolved_at = now() WHERE reason = $1 AND resolved_at IS NULL AND last_seen_at < now() - make_interval(days => $2::int)`,
    [reason, days],
  );
}

/** Which of the problems of the given subjects are over; all of them if nothing is said. */
export interface Over {
  /** These reasons alone. */
  readonly reasons?: readonly string[];
  /** All reasons but these. */
  readonly except?: readonly string[];
  /** Not these: they have just been found again. */
  readonly still?: readonly { readonly id: string; readonly reason: string }[];
}

/** Where problems are resolved: in some feeds of a connection, or at a Store. */
export type ProblemHomes =
  { readonly connection: number; readonly feeds: readonly FeedType[] } | { readonly store: number };

/**
 * Resolves what is over of the given subjects. The only place that does, but for what a person dismisses
 * (dismissal.ts); payloads in quarantine go with it, by a trigger.
 */
export async function resolve(
  tx: Queryable,
  homes: ProblemHomes,
  ids: readonly string[],
  over: Over = {},
): Promise<void> {
  if (ids.length === 0) return;
  const still = over.still ?? [];
  const [name, home, id, feeds] =
    'store' in homes
      ? (['problems-over-store', 'p.store_id = $1 AND $2::text[] IS NULL', homes.store, null] as const)
      : ([
          'problems-over',
          'p.connection_id = $1 AND p.feed_type = ANY($2::text[])',
          homes.connection,
          homes.feeds,
        ] as const);
  await tx.query(
    `UPDATE problems p SET resolved_at = now()
     WHERE p.resolved_at IS NULL AND ${home} AND p.record = ANY($3::text[])
       AND ($4::text[] IS NULL OR p.reason = ANY($4)) AND ($5::text[] IS NULL OR p.reason <> ALL($5))
       AND NOT EXISTS (SELECT 1 FROM unnest($6::text[], $7::text[]) AS still(id, reason) WHERE still.id = p.record AND still.reason = p.reason)`,
    [
      id,
      feeds,
      ids,
      over.reasons ?? null,
      over.except ?? null,
      still.map((found) => found.id),
      still.map((found) => found.reason),
    ],
    name,
  );
}
