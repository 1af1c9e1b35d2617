import {
  errorDetails,
  hostRuleText,
  type CheckReport,
  type Driver,
  type DriverDefinition,
  type TokenVaults,
} from '../drivers/contract/index.ts';
import type { Clock } from '../kit/clock.ts';
import type { Reach } from '../kit/net/addresses.ts';
import { classOf, type FeedType } from '../model/feeds.ts';
import { allowedHosts, namedHosts } from '../model/hosts.ts';
import type { OrderRecord } from '../model/records.ts';
import type { OrderDecision } from '../model/encode.ts';
import type { OrderRules } from '../model/order-rules.ts';
import type { BudgetState, SessionAnswer } from '../model/sync-api.ts';
import { Budget } from './budget/budget.ts';
import { CallScope } from './http/call-scope.ts';
import { createShopHttp } from './http/shop-http.ts';
import type { ProxySettings } from '../kit/net/proxy.ts';
import type { ShopTransport } from './http/transport.ts';
import { decideIntake } from './orders/intake.ts';
import { orderReference } from './orders/reference.ts';
import type { SyncMetrics } from './metrics.ts';
import { discreetDriver, watchedVaults } from './words/discreet-driver.ts';
import { Secrets } from './words/secrets.ts';
import { watchedHttp } from './words/watched-http.ts';

export interface ShopSessionOptions {
  readonly definition: DriverDefinition;
  readonly credential: unknown;
  /** Where its keys may be sent; absent: wherever the driver may. */
  readonly keyHosts?: readonly string[];
  readonly settings: unknown;
  /** Asked at each write: a change to Test holds the very next one. */
  readonly testMode: () => boolean;
  readonly clock: Clock;
  readonly random: () => number;
  readonly metrics: SyncMetrics;
  readonly tokens: TokenVaults;
  /** As the last pod left it. */
  readonly savedBudget?: BudgetState;
  /** Which addresses of the network may be called. */
  readonly reach: Reach;
  /** Whether they may be called over http://. */
  readonly plainHttp?: boolean;
  readonly proxy?: ProxySettings;
  /** How calls reach the store: sockets if absent. */
  readonly transport?: ShopTransport;
}

/** One live connection to a store: its driver behind the engine's HTTP, with the clock skew that was measured. */
export class ShopSession {
  readonly driver: Driver;
  readonly definition: DriverDefinition;
  readonly budget: Budget;
  skewMs: number | undefined;
  readonly #scope = new CallScope();
  readonly #clock: Clock;
  readonly #closeHttp: () => Promise<void>;

  constructor(options: ShopSessionOptions) {
    const { clock, metrics } = options;
    const { manifest } = options.definition;
    this.budget = new Budget({ clock, rule: manifest.budget, buckets: manifest.buckets, saved: options.savedBudget });
    const http = createShopHttp({
      clock,
      budget: this.budget,
      repeat: manifest.repeat,
      hosts: allowedHosts(manifest.hosts.map(hostRuleText), options.settings as Readonly<Record<string, unknown>>),
      keyHosts: options.keyHosts && namedHosts(options.keyHosts),
      scope: () => this.#scope.current,
      random: options.random,
      reach: options.reach,
      plainHttp: options.plainHttp,
      proxy: options.proxy,
      transport: options.transport,
      testMode: options.testMode,
      onThrottle: (ms, feedClass) => metrics.throttled(ms, feedClass),
      onNoAnswer: ({ reason, intent }) => metrics.storeRequest(reason, intent),
      onResponse: ({ status, intent, tookMs, skewMs }) => {
        metrics.storeRequest(status, intent, tookMs);
        if (skewMs !== undefined) this.skewMs = smooth(this.skewMs, skewMs);
      },
    });
    this.#clock = clock;
    this.#closeHttp = () => http.close();
    this.definition = options.definition;
    // Everything that a driver says goes through here: nothing behind it has to look at a store's words again.
    const secrets = new Secrets();
    secrets.add(options.credential);
    const driver = options.definition.connect({
      credential: options.credential,
      settings: options.settings,
      http: watchedHttp(http, secrets),
      now: () => clock.now(),
      tokens: watchedVaults(options.tokens, secrets),
    });
    this.driver = discreetDriver(driver, secrets);
  }

  /** Calls to the store made by `work` belong to a run of the feed: its class of the budget, its lease. */
  inRun<T>(type: FeedType, assertMayWrite: () => void, work: () => Promise<T>): Promise<T> {
    return this.#scope.run({ feedClass: classOf(type), assertMayWrite }, work);
  }

  storeNow(): Date {
    return new Date(this.#clock.now().getTime() + (this.skewMs ?? 0));
  }

  /** A check that itself fails is a finding too: nothing is thrown. */
  async check(feeds: readonly FeedType[], signal: AbortSignal): Promise<CheckReport> {
    try {
      return await this.driver.check(feeds, signal);
    } catch (error) {
      const { reason, message } = errorDetails(error);
      return {
        reachable: { status: 'False', reason, message },
        credential: { status: 'Unknown', reason: 'NotChecked', message: 'the store could not be asked' },
      };
    }
  }

  async close(): Promise<void> {
    await this.driver.close?.();
    await this.#closeHttp();
  }
}

/** Date headers have whole seconds: single measurements are off by up to half of one, so they are averaged. */
function smooth(before: number | undefined, measured: number): number {
  return before === undefined || Math.abs(before - measured) > 30_000 ? measured : before * 0.9 + measured * 0.1;
}

/** How orders are judged, once the Store has said by which rules: the one function that encoding asks. */
export function orderDecider(
  connection: string,
  earliest: Date,
  references: SessionAnswer['orderNumbers'],
  now?: Date,
): (rules: OrderRules) => (order: OrderRecord) => OrderDecision {
  return (rules) => {
    const scope = { earliest, rules, now };
    return (order) => ({
      ...decideIntake(order, scope),
      custRef: orderReference(order.number, connection, references),
    });
  };
}
