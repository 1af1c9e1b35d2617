import type { BatchSegment } from '../../model/batch.ts';
import { copyColumn, copyColumnWhereEmpty } from '../../model/copy-reader.ts';
import { TABLES } from '../../model/tables.ts';
import { asList, listed } from '../storage/id-list.ts';
import type { Transaction } from '../storage/database.ts';
import { ORDER_RULES, type OrderRule } from './order-rules.ts';
import type { OrderScope } from './order-scope.ts';

const ORDER_COLUMNS = Object.keys(TABLES.orders.columns);
const LINE_COLUMNS = Object.keys(TABLES.order_lines.columns);

/**
 * Where the value that a rule looks at stands, in staged orders that are to be accepted and in the COPY text of a
 * batch.
 */
const VALUES: Readonly<
  Record<
    OrderRule['looksAt'],
    {
      readonly staged: string;
      readonly segment: 'orders' | 'order_lines';
      readonly read: (data: Buffer) => string[] | undefined;
    }
  >
> = {
  sku: {
    staged: `SELECT l.order_id, l.sku AS value FROM stage_order_lines l JOIN stage_orders o ON o.external_id = l.order_id AND o.intake = 'Accepted' WHERE l.kind = ''`,
    segment: 'order_lines',
    read: (data) => copyColumnWhereEmpty(data, LINE_COLUMNS.indexOf('sku'), LINE_COLUMNS.indexOf('kind')),
  },
  shippingMethod: {
    staged: `SELECT external_id AS order_id, coalesce(shipping_method_code, '') AS value FROM stage_orders WHERE intake = 'Accepted'`,
    segment: 'orders',
    read: (data) => copyColumn(data, ORDER_COLUMNS.indexOf('shipping_method_code')),
  },
  deliveries: {
    staged: `SELECT external_id AS order_id, deliveries::text AS value FROM stage_orders WHERE intake = 'Accepted'`,
    segment: 'orders',
    read: (data) => copyColumn(data, ORDER_COLUMNS.indexOf('deliveries')),
  },
};

/** That a connection is one of the Store's, as SQL. Most Stores have one, and to search several costs a fifth more. */
const ofStore = ({ storeConnections }: OrderScope): string =>
  storeConnections.length === 1 ? '= ($2::int[])[1]' : '= ANY($2::int[])';

/** Leaves in `stage_rejections` which of the staged orders the rules refuse, and why. */
export async function judgeStaged(tx: Transaction, scope: OrderScope): Promise<void> {
  for (const { reason, looksAt, refused, message } of ORDER_RULES.filter(({ applies }) => applies(scope))) {
    await tx.query(
      `WITH asked AS MATERIALIZED (${VALUES[looksAt].staged}), named AS MATERIALIZED (SELECT DISTINCT value FROM asked), refused AS MATERIALIZED (${refused(ofStore(scope))})
       INSERT INTO stage_rejections
       SELECT a.order_id, $3, ${message(`string_agg(DISTINCT r.name, ', ')`)} FROM asked a JOIN refused r ON r.value = a.value
       WHERE NOT EXISTS (SELECT 1 FROM stage_rejections found WHERE found.order_id = a.order_id)
       GROUP BY a.order_id`,
      [scope.storeId, scope.storeConnections, reason],
    );
  }
}

/**
 * Whether the rules leave all orders of a batch as they are, told from its COPY text. False when one may be refused, or
 * a value cannot be told: then they are staged and judged one by one.
 */
export async function allPass(tx: Transaction, scope: OrderScope, segments: readonly BatchSegment[]): Promise<boolean> {
  for (const { reason, looksAt, harmless, refused } of ORDER_RULES.filter(({ applies }) => applies(scope))) {
    const { segment, read } = VALUES[looksAt];
    const data = segments.find(({ table }) => table === segment)?.data;
    const values = data ? read(data) : [];
    // The list of one empty value would be no row.
    if (!values || values.includes('')) return false;
    if (values.every((value) => value === harmless)) continue;
    const [row] = await tx.query<{ refused: boolean }>(
      `WITH named AS MATERIALIZED (SELECT given.value FROM ${listed(3)} AS given(value)), refused AS MATERIALIZED (${refused(ofStore(scope))}) SELECT EXISTS (SELECT 1 FROM refused) AS refused`,
      [scope.storeId, scope.storeConnections, asList([...new Set(values)])],
      `judge:${reason}:${scope.storeConnections.length === 1 ? 'one' : 'many'}`,
    );
    if (row!.refused) return false;
  }
  return true;
}
