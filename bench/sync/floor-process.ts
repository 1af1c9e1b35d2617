/**
 * The floors: the least that any program must do. `drain`: read every page and parse it. `copy`: write the same flat
 * rows too, by bare COPY into tables with a primary key, in one transaction; no mapping, hash, rule, merge or
 * checkpoint.
 * `node floor-process.js drain|copy orders|products URL [DATABASE]`
 */
import { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { Agent, request } from 'undici';
import { CopyBuffer } from '../../model/copy.ts';
import { TABLES, type TableName } from '../../model/tables.ts';
import type { ShopAddress, ShopOrder, ShopProduct } from './data.ts';

interface ListBody {
  readonly orders?: readonly ShopOrder[];
  readonly products?: readonly ShopProduct[];
  readonly next: string | null;
}

/** Rows of one page as COPY text, by table. */
type Rows = Partial<Record<TableName, CopyBuffer>>;

/** What Supercargo adds, or keeps for what few orders have: the source has none of it. */
const NOT_OF_THE_SOURCE = new Set([
  ...['hash', 'goods_hash', 'payment_kind'],
  ...['deliveries', 'facts', 'standing', 'kind'],
]);
const columnsOf = (table: TableName): [string, string][] =>
  Object.entries(TABLES[table].columns).filter(([column]) => !NOT_OF_THE_SOURCE.has(column));

const addressValues = (a: ShopAddress) => [
  a.name,
  a.company,
  a.address1,
  a.address2,
  a.city,
  a.province,
  a.zip,
  a.country_code,
  a.phone,
];

function orderRows(orders: readonly ShopOrder[]): Rows {
  const heads = new CopyBuffer();
  const lines = new CopyBuffer();
  for (const o of orders) {
    heads.row([
      o.id,
      o.number,
      o.number,
      o.created_at,
      0,
      o.updated_at,
      o.status,
      o.financial_status,
      o.fulfillment_status,
      o.status,
      o.currency,
      2,
      o.subtotal,
      o.shipping_total,
      o.tax_total,
      o.discount_total,
      o.total,
      o.customer.id,
      o.customer.email,
      o.customer.name,
      o.customer.phone,
      ...addressValues(o.shipping_address),
      ...addressValues(o.billing_address),
      o.shipping_lines[0]?.code,
      o.shipping_lines[0]?.title,
      o.note,
      'Accepted',
      null,
      null,
    ]);
    for (let position = 0; position < o.lines.length; position++) {
      const l = o.lines[position]!;
      lines.row([
        o.id,
        l.id,
        position,
        l.sku,
        l.variant_id,
        l.title,
        l.quantity,
        0,
        0,
        l.unit_price,
        l.total,
        l.tax_lines[0]?.rate,
        l.tax_lines[0]?.amount,
        l.discount,
      ]);
    }
  }
  return { orders: heads, order_lines: lines };
}

function productRows(products: readonly ShopProduct[]): Rows {
  const heads = new CopyBuffer();
  const variants = new CopyBuffer();
  const images = new CopyBuffer();
  for (const p of products) {
    heads.row([p.id, p.title, p.description, p.brand, p.status, null, '{}', p.created_at, p.updated_at]);
    for (const v of p.variants)
      variants.row([
        v.id,
        p.id,
        v.sku,
        v.title,
        v.barcode,
        v.price,
        'EUR',
        null,
        v.weight_grams,
        true,
        true,
        JSON.stringify(v.options),
        null,
      ]);
    for (const i of p.images) images.row([p.id, i.id, i.url, i.position, i.alt, null]);
  }
  return { products: heads, variants, images };
}

async function copyInto(client: Client, rows: Rows): Promise<void> {
  for (const [table, rowsOfTable] of Object.entries(rows) as [TableName, CopyBuffer][]) {
    await new Promise<void>((resolve, reject) => {
      const stream = client.query(
        copyFrom(
          `COPY ${table} (${columnsOf(table)
            .map(([column]) => column)
            .join(', ')}) FROM STDIN`,
        ),
      );
      stream.on('error', reject).on('finish', resolve);
      stream.end(rowsOfTable.view());
    });
  }
}

async function createTables(client: Client, tables: readonly TableName[]): Promise<void> {
  for (const table of tables)
    await client.query(
      `CREATE TABLE ${table} (${columnsOf(table)
        .map(([column, type]) => `${column} ${type}`)
        .join(', ')}, PRIMARY KEY (${TABLES[table].key.join(', ')}))`,
    );
}

const [mode, list, base, database] = process.argv.slice(2) as [
  string,
  'orders' | 'products',
  string,
  string | undefined,
];
const agent = new Agent({ connections: 1 });
const client = mode === 'copy' ? new Client({ connectionString: database }) : undefined;
if (client) {
  await client.connect();
  await createTables(client, list === 'orders' ? ['orders', 'order_lines'] : ['products', 'variants', 'images']);
  await client.query('BEGIN');
}
for (let url: string | null = `${base}/${list}?per_page=250`; url;) {
  const answer = await request(url, { dispatcher: agent });
  const body = (await answer.body.json()) as ListBody;
  if (client) await copyInto(client, body.orders ? orderRows(body.orders) : productRows(body.products ?? []));
  url = body.next;
}
await client?.query('COMMIT');
await client?.end();
await agent.close();
