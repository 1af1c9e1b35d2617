import {
  bodyText,
  memoryVault,
  wholeResponse,
  type BudgetReading,
  type Driver,
  type ShopHttp,
  type ShopRequest,
  type ShopResponse,
} from '../../../drivers/contract/index.ts';
import { shopify, shopifyWith } from '../../../drivers/shopify/index.ts';
import { Random } from '../../../simulator/random.ts';
import { furnishShowcase, type Showcase } from '../../../simulator/shop/showcase.ts';
import { SimulatedShop } from '../../../simulator/simulated-shop.ts';
import { shopifyWire } from '../../../simulator/wires/shopify.ts';
import { ManualClock } from '../../support/manual-clock.ts';

export interface Answer {
  readonly status?: number;
  readonly json?: unknown;
  /** A body that is no JSON. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TriedShop {
  readonly store: SimulatedShop;
  readonly showcase: Showcase;
  readonly driver: Driver;
  readonly asked: ShopRequest[];
  readonly seen: BudgetReading[];
  readonly clock: ManualClock;
}

const URL = 'https://shop.example';
export const never = (): AbortSignal => new AbortController().signal;
export const documentOf = ({ body }: ShopRequest): string =>
  (JSON.parse(bodyText(body) ?? '{}') as { query: string }).query;

interface Options {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly credential?: Readonly<Record<string, string>>;
  /** Catalogues of more variants come as a file; the driver's own number if absent. */
  readonly largest?: number;
  /** Nothing is in the shop. */
  readonly empty?: true;
  /** Answers in place of the shop where it gives something. */
  readonly instead?: (request: ShopRequest) => Answer | undefined;
}

/** The driver at the simulated shop. */
export function triedShop({
  settings = {},
  credential,
  largest,
  empty,
  instead = () => undefined,
}: Options = {}): TriedShop {
  const clock = new ManualClock('2026-11-02T08:00:00.000Z');
  const store = new SimulatedShop({
    ...{ clock, wire: shopifyWire, apiKey: 'good', strict: true },
    client: { id: 'client', secret: 'client-secret' },
  });
  const showcase = empty
    ? { orders: new Map(), products: new Map() }
    : furnishShowcase(store.shop, new Random(11), shopifyWire.subject.lacks);
  const asked: ShopRequest[] = [];
  const seen: BudgetReading[] = [];
  const call = async (request: ShopRequest): Promise<ShopResponse> => {
    asked.push(request);
    const given = instead(request);
    if (given)
      return wholeResponse(
        given.status ?? 200,
        { 'content-type': 'application/json', ...given.headers },
        given.text ?? JSON.stringify(given.json),
      );
    const headers = { ...request.headers, ...(await request.auth?.headers(request, never())) };
    const at = [`${URL}/admin`, shopifyWire.filesAt!].find((address) => request.url.startsWith(address))!;
    const path = request.url.slice(at.length);
    const answer = store.handle({ method: request.method, path, headers, body: bodyText(request.body) });
    return wholeResponse(answer.status, answer.headers, answer.body);
  };
  const http: ShopHttp = { read: call, write: call, observe: (reading) => void seen.push(reading) };
  const driver = (largest === undefined ? shopify : shopifyWith(largest)).connect({
    credential: shopify.credential.parse(credential ?? shopifyWire.subject.credential('good')),
    settings: shopify.settings.parse({ url: URL, ...settings }),
    http,
    now: () => clock.now(),
    tokens: memoryVault(),
  });
  return { store, showcase, driver, asked, seen, clock };
}
