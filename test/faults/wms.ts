import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { API_KEY } from './settings.ts';

export const STOCK_SKU = 'LAMP';

interface Order { readonly id: string; readonly cust_po_no: string; readonly cursor: string }

/** A warehouse system as a careful one is written: repeats every request with its key until it has an answer. */
export class Wms {
  /** order number -> ids under which order.created came. */
  readonly told = new Map<string, Set<string>>();
  /** order number -> tracking code that was posted. */
  readonly shipped = new Map<string, string>();
  stock: { readonly warehouse: string; readonly quantity: number } | undefined;
  webhooks = 0;
  refused = 0;
  readonly #hub: string;
  readonly #server: Server;
  readonly #random: () => number;
  #after = '0';

  private constructor(hub: string, server: Server, random: () => number) {
    this.#hub = hub;
    this.#server = server;
    this.#random = random;
  }

  static async start(hub: string, random: () => number): Promise<Wms> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const wms = new Wms(hub, server, random);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        // Taken and not answered, or refused: it must come again under the same id.
        const luck = wms.#random();
        if (luck < 0.1) {
          wms.refused++;
          return response.writeHead(503).end();
        }
        wms.#note(String(request.headers['webhook-id']), Buffer.concat(chunks).toString());
        return luck < 0.2 ? void request.socket.destroy() : response.writeHead(204).end();
      });
    });
    return wms;
  }

  get webhookUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/orders`;
  }

  #note(id: string, body: string): void {
    this.webhooks++;
    const { type, data } = JSON.parse(body) as { type: string; data: { cust_po_no: string } };
    if (type === 'order.created') this.told.set(data.cust_po_no, (this.told.get(data.cust_po_no) ?? new Set()).add(id));
  }

  /** Ships every order that it has not seen, and sets a stock level for each round. Ends when the signal aborts. */
  async work(signal: AbortSignal): Promise<void> {
    for (let round = 1; !signal.aborted; round++) {
      const page = await this.request<{ items: Order[] }>('GET', `/orders?limit=50&after=${this.#after}`, undefined, undefined, signal);
      for (const order of page?.items ?? []) {
        if (!this.shipped.has(order.cust_po_no)) await this.#ship(order, signal);
        this.#after = order.cursor;
      }
      await this.#setStock(1000 + round, signal);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  /** A new number each round: the last one must be what the store ends with. */
  async #setStock(quantity: number, signal: AbortSignal): Promise<void> {
    const known = await this.request<{ items: { location: string }[] }>('GET', `/stock?sku=${STOCK_SKU}`, undefined, undefined, signal);
    const warehouse = known?.items[0]?.location;
    if (warehouse && (await this.request('POST', '/stock', { levels: [{ sku: STOCK_SKU, warehouse, quantity }] }, `stock-${quantity}`, signal))) this.stock = { warehouse, quantity };
  }

  async #ship(order: Order, signal: AbortSignal): Promise<void> {
    const trackingCode = `T-${order.cust_po_no}`;
    if (await this.request('POST', `/orders/${order.id}/shipments`, { carrier: 'DHL', trackingCode }, `ship-${order.id}`, signal)) this.shipped.set(order.cust_po_no, trackingCode);
  }

  /** Undefined when the signal ended it before an answer came. */
  async request<T>(method: string, path: string, body?: unknown, key?: string, signal?: AbortSignal): Promise<T | undefined> {
    while (!signal?.aborted) {
      const answer = await fetch(`${this.#hub}/api/v1${path}`, {
        method, signal: AbortSignal.timeout(10_000), body: body === undefined ? undefined : JSON.stringify(body),
        headers: { authorization: `Bearer ${API_KEY}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...(key ? { 'idempotency-key': key } : {}) },
      }).then(async (response) => ({ status: response.status, value: (await response.json()) as T }), () => undefined);
      if (answer && answer.status < 300) return answer.value;
      if (answer && answer.status < 500 && answer.status !== 409 && answer.status !== 401) throw new Error(`the hub answered ${answer.status} to ${method} ${path}: ${JSON.stringify(answer.value)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return undefined;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
