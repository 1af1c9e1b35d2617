import { parseArgs } from 'node:util';
import { connectAdmin, startVendure, type StoreOrder, type VendureAdmin } from './index.ts';

const usage = `The real test store, by hand.

  node test/stores/vendure/cli.ts start [--port 3000] [--host 127.0.0.1] [--data DIR]
  node test/stores/vendure/cli.ts order [--sku TEE-BLUE-S] [--quantity 1] [--unpaid] [--url ADMIN_API]
  node test/stores/vendure/cli.ts show CODE [--url ADMIN_API]`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    port: { type: 'string', default: '3000' },
    host: { type: 'string', default: '127.0.0.1' },
    data: { type: 'string' },
    sku: { type: 'string', default: 'TEE-BLUE-S' },
    quantity: { type: 'string', default: '1' },
    unpaid: { type: 'boolean', default: false },
    url: { type: 'string' },
  },
});

const admin = (): Promise<VendureAdmin> => connectAdmin(values.url ?? `http://${values.host}:${values.port}/admin-api`);

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? `vendure: ${error.message}` : error);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const [command, code] = positionals;
  switch (command) {
    case 'start':
      return start();
    case 'order': {
      const order = await (
        await admin()
      ).placeOrder({ lines: [{ sku: values.sku, quantity: Number(values.quantity) }], paid: !values.unpaid });
      console.log(
        `Order ${order.code} placed: ${values.quantity} × ${values.sku}, ${money(order.totalWithTax, order.currencyCode)}, ${order.state}`,
      );
      return;
    }
    case 'show':
      if (code === undefined) throw new Error('Which order? Give its code.');
      return show(await (await admin()).getOrder(code));
    case undefined:
    default:
      console.log(usage);
      process.exitCode = command === undefined ? 0 : 2;
  }
}

async function start(): Promise<void> {
  const store = await startVendure({
    port: Number(values.port),
    host: values.host,
    dataDir: values.data,
    log: console.log,
  });
  console.log(`vendure: the store runs; ${await store.admin.countVariants()} variants, ${await store.admin.countOrders()} orders
  Admin API   ${store.url}
  Shop API    ${store.shopUrl}
  API key     ${store.apiKey}   (header vendure-api-key)
  Data        ${store.dataDir}
Ctrl-C ends it.`);
  const stop = (): void => void store.stop().then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

function show(order: StoreOrder): void {
  console.log(`Order ${order.code}: ${order.state}, ${money(order.totalWithTax, order.currencyCode)}`);
  for (const line of order.lines) {
    const cancelled = line.orderPlacedQuantity - line.quantity;
    console.log(`  ${line.quantity} × ${line.productVariant.sku}${cancelled > 0 ? ` (${cancelled} cancelled)` : ''}`);
  }
  for (const each of order.fulfillments ?? []) {
    const pieces = each.lines.reduce((sum, line) => sum + line.quantity, 0);
    console.log(`  ${each.state}: ${pieces} pieces, ${each.method}, tracking code ${each.trackingCode ?? '-'}`);
  }
}

function money(minor: number, currency: string): string {
  return `${(minor / 100).toFixed(2)} ${currency}`;
}
