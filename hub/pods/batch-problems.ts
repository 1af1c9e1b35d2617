import type { Batch, BatchSegment } from '../../model/batch.ts';
import { copyColumn } from '../../model/copy-reader.ts';
import { subjectKindOf, type FeedType } from '../../model/feeds.ts';
import { stockSubject } from '../../model/subjects.ts';
import { TABLES, type RecordTable, type TableName } from '../../model/tables.ts';
import { raise, resolve } from '../problems/problems.ts';
import { quarantine } from '../problems/quarantine.ts';
import type { Transaction } from '../storage/database.ts';

const SELF_RESOLVING: Partial<Record<TableName, readonly FeedType[]>> = {
  products: ['ProductImport', 'ProductUpdate', 'ProductImageImport'],
  stock_levels: ['StockImport'],
};

/**
 * What a batch says of problems: the pod's are raised, with their payloads; those of records that came in whole this
 * time are over. Orders see to theirs themselves: a rule may reject one that came in whole (orders/merge-orders.ts).
 */
export async function noteProblems(
  tx: Transaction,
  connectionId: number,
  feed: FeedType,
  { header, segments }: Batch,
): Promise<void> {
  const { problems } = header;
  for (const segment of segments) {
    const feeds = SELF_RESOLVING[segment.table];
    if (feeds && segment.rows > 0)
      await resolve(tx, { connection: connectionId, feeds }, subjectsOf(segment), {
        still: problems.map(({ record, reason }) => ({ id: record, reason })),
      });
  }
  await raise(
    tx,
    { connection: connectionId, feed },
    problems.map(({ record, number, reason, severity, message }) => ({
      kind: subjectKindOf(feed),
      id: record,
      number,
      reason,
      severity,
      message,
    })),
  );
  await quarantine(tx, connectionId, feed, problems);
}

/** Ids of a segment's records; none where one is escaped: their problems stay until they are read again. */
function subjectsOf({ table, data }: BatchSegment): readonly string[] {
  const columns = Object.keys((TABLES[table] as RecordTable).columns);
  if (table !== 'stock_levels') return copyColumn(data, columns.indexOf('external_id')) ?? [];
  return data
    .toString('utf8')
    .split('\n')
    .flatMap((row) => {
      const values = row.split('\t');
      const [sku, location] = [values[columns.indexOf('sku')], values[columns.indexOf('location_id')]];
      return sku === undefined || location === undefined || `${sku}${location}`.includes('\\')
        ? []
        : [stockSubject(sku, location)];
    });
}
