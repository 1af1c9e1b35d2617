/**
 * The shop that everybody reads: a process of its own, whose CPU is nobody's. Pages are kept as bytes once they were
 * asked for. `node bench/sync/page-server.ts` with RECORDS in the environment; tells its parent the URL.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { orders, products, type SourceSums } from './catalogue.ts';
import { levelOf } from './data.ts';
import { RequestBucket } from './request-bucket.ts';
import { signatureOf } from './shop-driver.ts';

const size = Number(process.env['RECORDS'] ?? 1000);
const productCount = Number(process.env['PRODUCTS'] ?? size);
const levels = Number(process.env['LEVELS'] ?? 0);
/** More would not fit: they are made anew each time. */
const KEPT_PAGES = 4000;
const MAX_WRITES = 250;
const start = Date.now() - (Math.max(size, productCount) * 1.1 + 3600) * 1000;
const lists = { orders: orders(size, start, productCount), products: products(productCount, start) };
type ListName = keyof typeof lists;

const kept = new Map<string, Buffer>();
const stored = new Map<string, number>();
const WRITES_PER_SECOND = 2;
const bucket = new RequestBucket(WRITES_PER_SECOND, WRITES_PER_SECOND, () => Date.now());
const LIMIT = { 'x-limit-per-second': String(WRITES_PER_SECOND) };
let subscription: { url: string; secret: string } | undefined;
let refused = 0;
let stats = freshStats();

function freshStats() {
  return { requests: 0, orders: 0, products: 0, stock: 0, writes: 0, refused: 0, levels: 0 };
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
}

function send(
  response: ServerResponse,
  status: number,
  body: Buffer | object,
  headers: Record<string, string> = {},
): void {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length, ...headers });
  response.end(bytes);
}

/** GET /orders?updated_since=&page=&per_page= : records, the URL of the next page or null, how many there are. */
function listPage(name: ListName, url: URL): Buffer {
  const ids = url.searchParams.get('ids');
  if (ids)
    return Buffer.from(JSON.stringify({ [name]: lists[name].byIds(ids.split(',')), next: null, next_page: null }));
  const known = kept.get(url.href);
  if (known) return known;
  const list = lists[name];
  const since = url.searchParams.get('updated_since');
  const perPage = Number(url.searchParams.get('per_page') ?? 250);
  const page = Number(url.searchParams.get('page') ?? 1);
  const from = (since ? list.first(Date.parse(since)) : 0) + (page - 1) * perPage;
  const more = from + perPage < list.length;
  const next = new URL(url);
  next.searchParams.set('page', String(page + 1));
  const bytes = Buffer.from(
    JSON.stringify({
      [name]: list.slice(from, from + perPage),
      next: more ? next.href : null,
      next_page: more ? page + 1 : null,
    }),
  );
  if (kept.size < KEPT_PAGES) kept.set(url.href, bytes);
  return bytes;
}

function stockPage(url: URL): object {
  const perPage = Number(url.searchParams.get('per_page') ?? 250);
  const from = (Number(url.searchParams.get('page') ?? 1) - 1) * perPage;
  const count = Math.max(0, Math.min(perPage, levels - from));
  return {
    stock: Array.from({ length: count }, (_, offset) => levelOf(from + offset)),
    next: from + perPage < levels ? 'more' : null,
  };
}

function writeStock(body: Record<string, unknown>, response: ServerResponse): void {
  stats.writes++;
  const waitMs = bucket.take();
  if (waitMs > 0) {
    refused++;
    stats.refused++;
    return send(
      response,
      429,
      { error: 'too many requests' },
      { ...LIMIT, 'retry-after': String(Math.max(0.05, waitMs / 1000)) },
    );
  }
  const written = body['levels'] as { variantId: string; locationId: string; quantity: number }[];
  if (written.length > MAX_WRITES) return send(response, 422, { error: `at most ${MAX_WRITES} levels` });
  for (const { variantId, locationId, quantity } of written) stored.set(`${variantId}@${locationId}`, quantity);
  stats.levels += written.length;
  return send(response, 200, { ok: true }, LIMIT);
}

/** A shop's webhook: it names the order, at once. */
function tell({ url, secret }: { url: string; secret: string }, id: string): void {
  const body = Buffer.from(JSON.stringify({ id }));
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'webhook-id': `h-${id}`, 'x-signature': signatureOf(secret, body) },
    body,
  }).catch((error: unknown) => console.error('webhook', error));
}

const control: Record<string, (body: Record<string, unknown>) => object> = {
  '/control/reset': () => {
    lists.orders.reset();
    lists.products.reset();
    kept.clear();
    stats = freshStats();
    return {};
  },
  '/control/change': (body) => {
    const step = Number(body['step'] ?? 100);
    kept.clear();
    return { orders: lists.orders.change(step), products: lists.products.change(step) };
  },
  '/control/order': () => {
    kept.clear();
    const at = Date.now();
    const id = lists.orders.add(at);
    if (subscription) tell(subscription, id);
    return { id, at };
  },
  '/control/subscribed': () => ({ subscribed: subscription !== undefined }),
  '/control/stats': (body) => {
    const now = stats;
    if (body['reset']) stats = freshStats();
    return now;
  },
  '/control/totals': () => ({ refused }),
  '/control/sums': (): { orders: SourceSums; products: SourceSums } => ({
    orders: lists.orders.sums(),
    products: lists.products.sums(),
  }),
  '/control/stored': () => ({
    count: stored.size,
    sum: [...stored.values()].reduce((sum, quantity) => sum + quantity, 0),
  }),
};

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url!, base);
  const act = control[url.pathname];
  if (act) return send(response, 200, act(await bodyOf(request)));
  stats.requests++;
  if (url.pathname === '/stock' && request.method === 'POST') return writeStock(await bodyOf(request), response);
  if (url.pathname === '/subscription') {
    subscription = (await bodyOf(request)) as { url: string; secret: string };
    return send(response, 200, {});
  }
  if (url.pathname === '/stock') {
    stats.stock++;
    return send(response, 200, stockPage(url));
  }
  const name = url.pathname.slice(1);
  if (name !== 'orders' && name !== 'products') return send(response, 404, { error: 'no such list' });
  stats[name]++;
  return send(response, 200, listPage(name, url));
}

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  answer(request, response).catch((error: unknown) => send(response, 500, { error: String(error) }));
});
let base = '';
server.listen(0, '127.0.0.1', () => {
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.send?.({ url: base });
});
process.on('disconnect', () => process.exit(0));
