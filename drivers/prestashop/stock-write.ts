import type { StockWrite, WriteResult } from '../contract/index.ts';
import type { XmlElement } from '../toolkit/bodies/xml.ts';
import { writeOneByOne } from '../writes/one-by-one.ts';
import { Found, unlessNotShown } from './broken-rows.ts';
import type { PrestaClient } from './client.ts';
import { field, flag, nodeOf } from './fields.ts';
import { Schemas } from './schemas.ts';
import { LOCATION, rowsOfVariants, variantOfRow } from './stock.ts';

type Result = WriteResult<'StockExport'>;

/** Sets what can be sold: reads the rows of all entries together, and puts each whole. Nothing goes in batches. */
export async function writeStock(
  client: PrestaClient,
  entries: readonly StockWrite[],
  signal: AbortSignal,
): Promise<readonly Result[]> {
  const shown = await rowsOfVariants(
    client,
    entries.filter(({ locationId }) => locationId === LOCATION).map(({ variantId }) => variantId),
    signal,
  );
  const present = new Found({ resource: 'stock_availables', name: variantOfRow }, shown);
  const schema = shown.rows.length > 0 ? await new Schemas(client, signal).of('stock_availables') : undefined;
  return writeOneByOne(entries, (entry) =>
    unlessNotShown(entry, entry.sku, async (): Promise<Result> => {
      const { entryId, available } = entry;
      const planned = plan(entry, rowsOfShop(client, present.all(entry.variantId)));
      if ('outcome' in planned) return planned;
      const record = nodeOf(planned, { quantity: String(available) }, schema?.writable);
      const put = { resource: 'stock_availables', id: field(planned, 'id'), record };
      return (await client.write('PUT', put, signal)) ? { entryId, outcome: 'Applied' } : unknown(entry);
    }),
  );
}

/** Of several shops the row of the one that is connected, or of its group. */
function rowsOfShop({ context }: PrestaClient, rows: readonly XmlElement[]): readonly XmlElement[] {
  const { shop, shopGroup } = context.settings;
  const own = rows.filter((row) => shop !== undefined && Number(field(row, 'id_shop')) === shop);
  if (own.length > 0) return own;
  const group = rows.filter((row) => shopGroup !== undefined && Number(field(row, 'id_shop_group')) === shopGroup);
  return group.length > 0 ? group : rows;
}

const rejected = ({ entryId, sku }: StockWrite, reason: string, message: string): Result => ({
  ...{ entryId, outcome: 'Rejected', reason },
  message: `${sku}: ${message}`,
});
const unknown = (entry: StockWrite): Result =>
  rejected(
    entry,
    'UnknownVariant',
    'PrestaShop does not know the product any more: run StockImport, or take the SKU off',
  );

function plan(entry: StockWrite, rows: readonly XmlElement[]): XmlElement | Result {
  if (entry.locationId !== LOCATION)
    return rejected(
      entry,
      'UnknownLocation',
      `a shop counts stock in one place, "${LOCATION}", and not in "${entry.locationId}": mend the location of the warehouse in the Store, then replay`,
    );
  const [row, another] = rows;
  if (!row) return unknown(entry);
  if (another)
    return rejected(
      entry,
      'NotSupported',
      'several shops count its stock: name one in settings.shop, or their group in settings.shopGroup',
    );
  if (flag(row, 'depends_on_stock'))
    return rejected(
      entry,
      'NotSupported',
      'its quantity comes from the warehouses of PrestaShop (advanced stock management): have it counted by hand at the product',
    );
  const there = Number(field(row, 'quantity'));
  if (entry.expected !== undefined && there !== entry.expected)
    return {
      ...{ entryId: entry.entryId, outcome: 'Retry', reason: 'StockChanged' },
      message: `${entry.sku}: the shop has ${there}, and ${entry.expected} was expected`,
    };
  return row;
}
