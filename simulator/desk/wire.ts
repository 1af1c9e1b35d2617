import type { Random } from '../random.ts';
import type { Faults } from '../faults.ts';
import type { ShopHabits, ShopOrder } from '../shop/model.ts';
import type { Shop } from '../shop/shop.ts';
import type { ShopEvent } from '../shop/life.ts';
import type { Truth } from '../shop/truth.ts';
import type { Hooks } from './hooks.ts';
import type { Jobs } from './jobs.ts';
import type { Keys } from './keys.ts';
import type { Signed, SimRequest } from './messages.ts';
import type { Pages, Paging } from './pages.ts';
import type { Queue } from './queue.ts';
import type { Permission } from './permissions.ts';
import type { Refused } from './refused.ts';
import type { Tickets } from './tickets.ts';

/** What routes may use: the shop, and what a desk does the same way for every platform. */
export interface Desk {
  readonly shop: Shop;
  readonly truth: Truth;
  readonly pages: Pages;
  readonly keys: Keys;
  readonly hooks: Hooks;
  readonly queue: Queue<ShopOrder>;
  readonly tickets: Tickets;
  readonly jobs: Jobs;
  readonly faults: Faults;
  readonly random: Random;
  readonly shopId: string;
}

/** One request at its route. */
export interface WireCall {
  readonly request: SimRequest;
  readonly query: URLSearchParams;
  /** The part of the path that the route's pattern catches. */
  readonly part: string;
  /** The body as JSON; refuses one that is none. */
  json(): unknown;
  /** Refuses a key that may not do it. */
  demand(permission: Permission): void;
  /** What the key may do. */
  readonly granted: readonly Permission[];
}

export interface WireAnswer {
  readonly status: number;
  /** undefined: no body. */
  readonly json?: unknown;
  /** A body that is no JSON, in its place; the content type is among the headers. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: string;
  readonly path: RegExp;
  /** Whoever calls: no key is looked at. */
  readonly open?: true;
  /** Whether a call changes the shop: an answer that is lost matters then. */
  readonly writes?: boolean | ((call: WireCall) => boolean);
  answer(call: WireCall): WireAnswer;
}

/**
 * A platform's words for one shop: routes, refusals, signatures. It knows the platform's documentation and no driver,
 * so that one misunderstanding is not on both sides; and it decides nothing: the shop and the desk do.
 */
export interface Wire {
  /** As `supercargo simulate NAME` has it. */
  readonly name: string;
  /** Path that the API stands under. */
  readonly basePath: string;
  /** Where the platform keeps files at another address: the same door answers there; for who calls in the process. */
  readonly filesAt?: string;
  /** What its shops have in common, where it is not what the simulated shop has by itself. */
  readonly habits?: ShopHabits;
  routes(desk: Desk): readonly Route[];
  /** The key that a request shows; undefined: none. */
  keyOf(request: SimRequest): string | undefined;
  /** What the platform says where the desk refuses. */
  refusal(refusal: Refused): WireAnswer;
  /** A webhook that tells of an event. `secret` is as it was subscribed with; a forged one is signed with another. */
  hook(event: ShopEvent, id: string, at: Date, secret: string): Signed;
  /**
   * For trying a driver: what a key and an address look like, and what cannot be shown of the shop's truth in the
   * platform's words.
   */
  readonly subject: WireSubject;
}

export interface WireSubject {
  /** Secret of a Credential with a fixed key. */
  credential(key: string): Readonly<Record<string, string>>;
  /** Secret of a Credential of an OAuth client whose tokens rotate, where the platform has them. */
  client?(id: string, secret: string, refreshToken: string): Readonly<Record<string, string>>;
  settings(url: string): Readonly<Record<string, unknown>>;
  /** What people call a permission at the platform. */
  permissionWord(permission: Permission): string;
  /** A catalogue is a document that is asked for and made later. */
  readonly documents?: true;
  /** Levels are taken on a ticket and set later. */
  readonly tickets?: true;
  /** How a shop of the platform may page; where there is one way, it is the platform's own. */
  readonly pagings: readonly Paging[];
  /** Fields of the truth for which the platform has no word, as `order.note`. */
  readonly lacks: readonly string[];
  /** Cases of the conformance suite that cannot be played at this wire, each with the reason. */
  readonly cannot: Readonly<Record<string, string>>;
}
