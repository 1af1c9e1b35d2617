import { decimalString } from '../../model/money.ts';
import type { Report } from '../../model/rest/go-live.ts';
import { NotFound } from '../exit-code.ts';
import { goLiveReports } from '../go-live-reports.ts';
import { formatTable } from '../table.ts';
import type { StoreOptions, Target } from '../target.ts';

/** `supercargo diff [CONNECTION]`: what would happen if it went live now. */
export async function showDiff(
  target: Target,
  options: StoreOptions & { readonly connection?: string; readonly output?: string },
  say: (line: string) => void,
): Promise<boolean> {
  const name = options.connection;
  const items = await goLiveReports(target, options, name?.includes('/') ? name : undefined);
  const chosen = items.filter(
    ({ connection }) => name === undefined || connection === name || connection.split('/')[1] === name,
  );
  if (chosen.length === 0)
    throw new NotFound(
      name === undefined
        ? 'the Store has no connection that has reached the hub yet'
        : `connection ${name} has not reached the hub, or is of another Store: there are ${items.map(({ connection }) => connection).join(', ') || 'none'}`,
    );
  if (options.output === 'json') say(JSON.stringify(chosen, null, 2));
  else for (const one of chosen) for (const line of lines(one)) say(line);
  return true;
}

function lines(one: Report): string[] {
  const signed = (change: number) => (change > 0 ? `+${change}` : String(change));
  const mapped = (from: string, to: string) => (from === to ? from : `${from} -> ${to}`);
  const indent = (table: string) => table.split('\n').map((row) => `    ${row}`);
  return [
    `${one.connection} (mode ${one.mode})${one.mode === 'Test' ? '' : ': it is live, this goes out by itself'}`,
    `  stock: ${one.stock.changes} ${one.stock.changes === 1 ? 'level' : 'levels'} would be set, ${one.stock.toZero} of them to zero`,
    ...(one.stock.biggest.length > 0
      ? indent(
          formatTable(
            ['SKU', 'LOCATION', 'BEFORE', 'AFTER', 'CHANGE'],
            one.stock.biggest.map((row) => [
              row.sku,
              row.location,
              row.before === null ? '?' : String(row.before),
              String(row.after),
              signed(row.change),
            ]),
          ),
        )
      : []),
    ...(one.prices.changes > 0 ? [`  prices: ${one.prices.changes} would be set`] : []),
    ...(one.prices.biggest.length > 0
      ? indent(formatTable(['SKU', 'BEFORE', 'AFTER', 'CURRENCY', 'CHANGE'], one.prices.biggest.map(priceRow)))
      : []),
    `  shipments: ${one.shipments} would be sent`,
    `  newest orders, as the back office sees them:${one.orders.length === 0 ? ' none' : ''}`,
    ...one.orders.flatMap((order) => [
      `    ${mapped(order.number, order.reference)}: ${order.intake}, shipping ${mapped(order.shippingMethod ?? 'none', order.shippingCode ?? 'none')}`,
      ...order.lines.map(
        (line) =>
          `      ${line.quantity} x ${mapped(line.orderedSku, line.sku)}${line.components.length > 0 ? ` = ${line.components.map(({ sku, quantity }) => `${quantity} x ${sku}`).join(', ')}` : ''}`,
      ),
    ]),
    ...one.problems.map(({ reason, count, sample }) => `  in the way: ${count} x ${reason}, for example: ${sample}`),
    ...one.brakes.map(
      ({ feed, digest, summary }) =>
        `  the brakes would hold ${feed}: ${summary}. Release with supercargo.dev/release=${digest} on that feed`,
    ),
  ];
}

function priceRow({ sku, currency, before, after, changePercent }: Report['prices']['biggest'][number]): string[] {
  const money = (amount: number | null) => (amount === null ? '?' : decimalString(amount, currency));
  return [
    sku,
    money(before),
    money(after),
    currency,
    changePercent === null ? '?' : `${changePercent > 0 ? '+' : ''}${changePercent} %`,
  ];
}
