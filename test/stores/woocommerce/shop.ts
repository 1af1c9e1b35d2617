import { woocommerce } from '../../../drivers/woocommerce/index.ts';
import {
  bodyText,
  memoryVault,
  wholeResponse,
  type Driver,
  type StoreHttp,
  type StoreRequest,
  type StoreResponse,
} from '../../../drivers/contract/index.ts';
import { Random } from '../../../simulator/random.ts';
import { furnishShowcase, type Showcase } from '../../../simulator/shop/showcase.ts';
import { SimulatedStore } from '../../../simulator/store.ts';
import { woocommerceWire } from '../../../simulator/wires/woocommerce.ts';
import { ManualClock } from '../../support/manual-clock.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TriedShop {
  readonly store: SimulatedStore;
  readonly showcase: Showcase;
  readonly clock: ManualClock;
  readonly driver: Driver;
  readonly asked: StoreRequest[];
}

const URL = 'https://shop.example';
export const never = (): AbortSignal => new AbortController().signal;

/** An answer of WordPress that refuses. */
export const refusal = (status: number, code: string, message = 'no'): Answer => ({
  ...{ status, body: { code, message, data: { status } } },
});

/** The driver at the simulated shop; `instead` answers in its place where it gives something. */
export function triedShop(
  instead: (request: StoreRequest, store: SimulatedStore) => Answer | undefined = () => undefined,
  settings: Readonly<Record<string, unknown>> = {},
): TriedShop {
  const clock = new ManualClock('2026-11-02T08:00:00.000Z');
  const store = new SimulatedStore({ clock, wire: woocommerceWire, apiKey: 'good', strict: true });
  const showcase = furnishShowcase(store.shop, new Random(11), woocommerceWire.subject.lacks);
  const asked: StoreRequest[] = [];
  const call = async (request: StoreRequest): Promise<StoreResponse> => {
    asked.push(request);
    const { method, url, body } = request;
    const given = instead(request, store);
    if (given) {
      const text = typeof given.body === 'string' ? given.body : JSON.stringify(given.body);
      return wholeResponse(given.status, { 'content-type': 'application/json', ...given.headers }, text);
    }
    const headers = (await request.auth?.headers(request, never())) ?? {};
    const path = url.slice(`${URL}/wp-json`.length);
    const answer = store.handle({ method, path, headers, body: bodyText(body) });
    return wholeResponse(answer.status, answer.headers, answer.body);
  };
  const http: StoreHttp = { read: call, write: call, observe: () => undefined };
  const driver = woocommerce.connect({
    credential: woocommerce.credential.parse({ consumerKey: 'ck_good', consumerSecret: 'cs_good' }),
    settings: woocommerce.settings.parse({ url: URL, ...settings }),
    ...{ http, now: () => clock.now(), tokens: memoryVault() },
  });
  return { store, showcase, clock, driver, asked };
}
