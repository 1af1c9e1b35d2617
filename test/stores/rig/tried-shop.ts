import {
  bodyText,
  HeldWrite,
  memoryVault,
  wholeResponse,
  type Driver,
  type DriverDefinition,
  type ShopHttp,
  type ShopRequest,
  type ShopResponse,
} from '../../../drivers/contract/index.ts';
import type { Wire } from '../../../simulator/desk/wire.ts';
import { Random } from '../../../simulator/random.ts';
import { furnishShowcase, type Showcase } from '../../../simulator/shop/showcase.ts';
import { SimulatedShop } from '../../../simulator/simulated-shop.ts';
import { ManualClock } from '../../support/manual-clock.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TriedShop {
  readonly store: SimulatedShop;
  readonly showcase: Showcase;
  readonly clock: ManualClock;
  readonly driver: Driver;
  readonly asked: ShopRequest[];
  /** The headers of each attempt. */
  readonly signed: Readonly<Record<string, string>>[];
}

export interface Tried {
  /** Answers in the shop's place where it gives something. */
  readonly instead?: (request: ShopRequest, store: SimulatedShop) => Answer | undefined;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly credential?: Readonly<Record<string, string>>;
  readonly testMode?: boolean;
}

const URL = 'https://shop.example';
export const never = (): AbortSignal => new AbortController().signal;

/** A driver, its platform's words, and the content type of answers that a test gives in the shop's place. */
export interface Subject {
  readonly driver: DriverDefinition;
  readonly wire: Wire;
  readonly contentType?: string;
}

/** The driver at the simulated shop. */
export function triedAt(
  { driver: definition, wire, contentType = 'application/json' }: Subject,
  { instead, settings, credential, testMode = false }: Tried = {},
): TriedShop {
  const clock = new ManualClock('2026-11-02T08:00:00.000Z');
  const store = new SimulatedShop({ clock, wire, apiKey: 'good', strict: true });
  const showcase = furnishShowcase(store.shop, new Random(11), wire.subject.lacks);
  const asked: ShopRequest[] = [];
  const signed: Readonly<Record<string, string>>[] = [];
  const call = async (request: ShopRequest): Promise<ShopResponse> => {
    asked.push(request);
    const { method, url, body } = request;
    const headers = (await request.auth?.headers(request, never())) ?? {};
    signed.push(headers);
    const given = instead?.(request, store);
    if (given) {
      const text = typeof given.body === 'string' ? given.body : JSON.stringify(given.body);
      return wholeResponse(given.status, { 'content-type': contentType, ...given.headers }, text);
    }
    const path = url.slice(URL.length + wire.basePath.length);
    const answer = store.handle({ method, path, headers, body: bodyText(body) });
    return wholeResponse(answer.status, answer.headers, answer.body);
  };
  const held = async (request: ShopRequest): Promise<ShopResponse> => {
    asked.push(request);
    await Promise.resolve();
    throw new HeldWrite(request);
  };
  const http: ShopHttp = { read: call, write: testMode ? held : call, observe: () => undefined };
  const { subject } = wire;
  const driver = definition.connect({
    credential: definition.credential.parse(credential ?? subject.credential('good')),
    settings: definition.settings.parse({ ...subject.settings(URL + wire.basePath), ...settings }),
    ...{ http, now: () => clock.now(), tokens: memoryVault() },
  });
  return { store, showcase, clock, driver, asked, signed };
}
