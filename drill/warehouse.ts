import { Webhook } from 'standardwebhooks';
import type { Clock } from '../kit/clock.ts';
import type { Observed } from './count.ts';

interface Order {
  readonly id: string;
  readonly cust_po_no: string;
  readonly cursor: string;
  readonly shipments: readonly { readonly confirmedAt: string | null }[];
}

/** What the warehouse does with a webhook that came: takes it, refuses it, or takes it and never answers. */
export type Luck = 'take' | 'refuse' | 'swallow';

export interface WarehouseOptions {
  /** Base URL of the hub. */
  readonly hub: string;
  /** Developer API key of the Store. */
  readonly apiKey: string;
  readonly clock: Clock;
  /** What it counts stock of. */
  readonly sku: string;
  /** Only orders of this connection, as namespace/name; all of the Store if absent. */
  readonly connection?: string;
  /** Put before every idempotency key: the hub remembers keys for a week, also those of the run before. */
  readonly keyPrefix?: string;
  readonly luck: (webhookId: string) => Luck;
}

const FIRST_LEVEL = 1000;
const ROUND_MS = 500;
const RETRY_MS = 100;
const PAGE = 50;

/**
 * A warehouse system as a careful one is written: it repeats every request with its key until it has an answer, and
 * takes webhooks with a good signature alone.
 */
export class Warehouse {
  /** order number -> ids under which order.created came. */
  readonly told = new Map<string, Set<string>>();
  /** order number -> tracking code that was posted. */
  readonly shipped = new Map<string, string>();
  /** What was set last. */
  stock: { readonly location: string; readonly quantity: number } | undefined;
  webhooks = 0;
  refused = 0;
  forged = 0;
  /** true: it sets no new stock level but one, when the shop has all its parcels. */
  calm = false;
  #countedInCalm = false;
  readonly #options: WarehouseOptions;
  #after = '0';
  #secrets: readonly string[] = [];

  constructor(options: WarehouseOptions) {
    this.#options = options;
  }

  /** Whether the webhook is answered, and with what; undefined: never. */
  async take(headers: Readonly<Record<string, string>>, body: string): Promise<number | undefined> {
    if (!(await this.#isSigned(headers, body))) {
      this.forged++;
      return 401;
    }
    const id = headers['webhook-id'] ?? '';
    const luck = this.#options.luck(id);
    if (luck === 'refuse') {
      this.refused++;
      return 503;
    }
    this.webhooks++;
    const { type, data } = JSON.parse(body) as { type: string; data: { cust_po_no: string } };
    if (type === 'order.created') this.told.set(data.cust_po_no, (this.told.get(data.cust_po_no) ?? new Set()).add(id));
    return luck === 'swallow' ? undefined : 204;
  }

  /** The secrets are asked for again where none fits: they are made with the Store, and may be rotated. */
  async #isSigned(headers: Readonly<Record<string, string>>, body: string): Promise<boolean> {
    const fits = () =>
      this.#secrets.some((secret) => {
        try {
          return new Webhook(secret).verify(body, { ...headers }) !== undefined;
        } catch {
          return false;
        }
      });
    if (fits()) return true;
    const answer = await this.request<{ items: { secret: string }[] }>('GET', '/webhooks', {
      signal: AbortSignal.timeout(ROUND_MS * 10),
    });
    this.#secrets = answer?.items.map(({ secret }) => secret) ?? this.#secrets;
    return fits();
  }

  /** Ships every order that it has not seen, and sets a stock level for each round. Ends when the signal aborts. */
  async work(signal: AbortSignal): Promise<void> {
    for (let round = 1; !signal.aborted; round++) {
      const page = await this.request<{ items: Order[] }>(
        'GET',
        this.#ordersPath({ limit: PAGE, after: this.#after }),
        { signal },
      );
      for (const order of page?.items ?? []) {
        if (!this.shipped.has(order.cust_po_no)) await this.#ship(order, signal);
        this.#after = order.cursor;
      }
      if (!this.calm || (await this.#countIsDue(signal))) await this.#setStock(FIRST_LEVEL + round, signal);
      await this.#options.clock.sleep(ROUND_MS, signal);
    }
  }

  /**
   * Pieces that are packed while a level waits are taken off it when it goes out. So the count that the store must end
   * with is made when no parcel is on its way any more, and again should one follow.
   */
  async #countIsDue(signal: AbortSignal): Promise<boolean> {
    if (this.#countedInCalm || (await this.ordersAtHub(signal))?.unconfirmed !== 0) return false;
    this.#countedInCalm = true;
    return true;
  }

  /** A new number each round: the last one must be what the store ends with. */
  async #setStock(quantity: number, signal: AbortSignal): Promise<void> {
    const { sku } = this.#options;
    const known = await this.request<{ items: { location: string }[] }>(
      'GET',
      `/stock?sku=${encodeURIComponent(sku)}`,
      { signal },
    );
    const location = known?.items[0]?.location;
    if (location === undefined) return;
    if (
      await this.request('POST', '/stock', {
        body: { levels: [{ sku, warehouse: location, quantity }] },
        key: `stock-${quantity}`,
        signal,
      })
    )
      this.stock = { location, quantity };
  }

  async #ship(order: Order, signal: AbortSignal): Promise<void> {
    const trackingCode = `T-${order.cust_po_no}`;
    if (
      await this.request('POST', `/orders/${encodeURIComponent(order.id)}/shipments`, {
        body: { carrier: 'DHL', trackingCode },
        key: `ship-${order.id}`,
        signal,
      })
    )
      this.shipped.set(order.cust_po_no, trackingCode);
    this.#countedInCalm = false;
  }

  /**
   * Every order that the hub has, accepted or not; `unconfirmed`: how many parcels are still on their way to the shop.
   */
  async ordersAtHub(
    signal?: AbortSignal,
  ): Promise<
    { readonly known: { readonly id: string; readonly number: string }[]; readonly unconfirmed: number } | undefined
  > {
    // By id: an order that changes while it is read moves to the end of the list and comes again.
    const orders = new Map<string, Order>();
    for (let after = '0'; ;) {
      const page = await this.request<{ items: Order[] }>(
        'GET',
        this.#ordersPath({ limit: 500, after, intake: 'All' }),
        { signal },
      );
      if (!page) return undefined;
      for (const order of page.items) orders.set(order.id, order);
      const last = page.items.at(-1);
      if (!last) break;
      after = last.cursor;
    }
    return {
      known: [...orders].map(([id, { cust_po_no }]) => ({ id, number: cust_po_no })),
      unconfirmed: [...orders.values()]
        .flatMap(({ shipments }) => shipments)
        .filter(({ confirmedAt }) => confirmedAt === null).length,
    };
  }

  /** What it has seen, for the count. */
  witness(): Pick<Observed, 'shipped' | 'told'> {
    return {
      shipped: [...this.shipped].map(([number, trackingCode]) => ({ number, trackingCode })),
      told: [...this.told].flatMap(([number, ids]) => [...ids].map((id) => ({ number, id }))),
    };
  }

  #ordersPath(query: Readonly<Record<string, string | number>>): string {
    const { connection } = this.#options;
    return `/orders?${new URLSearchParams({ ...Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])), ...(connection === undefined ? {} : { connection }) }).toString()}`;
  }

  /** Undefined when the signal ended it before an answer came. */
  async request<T>(
    method: string,
    path: string,
    { body, key, signal }: { readonly body?: unknown; readonly key?: string; readonly signal?: AbortSignal } = {},
  ): Promise<T | undefined> {
    const { hub, apiKey, keyPrefix = '', clock } = this.#options;
    while (!signal?.aborted) {
      const answer = await fetch(`${hub}/api/v1${path}`, {
        method,
        signal: AbortSignal.timeout(10_000),
        body: body === undefined ? undefined : JSON.stringify(body),
        headers: {
          authorization: `Bearer ${apiKey}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(key === undefined ? {} : { 'idempotency-key': keyPrefix + key }),
        },
      })
        .then(
          async (response) => ({ status: response.status, value: (await response.json()) as T }),
          () => undefined,
        )
        .catch(() => undefined);
      if (answer && answer.status < 300) return answer.value;
      if (answer && answer.status < 500 && answer.status !== 409 && answer.status !== 401)
        throw new Error(`the hub answered ${answer.status} to ${method} ${path}: ${JSON.stringify(answer.value)}`);
      await clock.sleep(RETRY_MS, signal);
    }
    return undefined;
  }
}
