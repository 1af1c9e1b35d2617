import { errorDetails, HeldWrite, type DriverWebhooks } from '../../drivers/contract/index.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Logger } from '../../kit/log.ts';
import type { FeedType } from '../../model/feeds.ts';
import type { HubClient } from '../hub-client.ts';

/** Stores drop subscriptions without a word (after failures, after an update): each is looked for this often. */
const CHECK_EVERY_MS = 15 * 60_000;
const AGAIN_AFTER_FAILURE_MS = 60_000;
/** Renewed this long before the store would forget it. */
const RENEW_BEFORE_MS = 60 * 60_000;

export interface HooksView {
  readonly state: 'Active' | 'NotSupported' | 'NoPublicAddress' | 'TestMode' | 'Failed';
  readonly topics?: readonly string[];
  readonly message?: string;
}

export interface SubscriptionOptions {
  readonly hooks: DriverWebhooks | undefined;
  /** Absent while the hub has no public address. */
  readonly url: string | undefined;
  readonly hub: Pick<HubClient, 'reportHooks'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Keeps the store's webhooks pointed at the hub: registers, checks, repairs, renews, takes back. */
export class Subscription {
  view: HooksView;
  readonly #options: SubscriptionOptions;
  #nextAt: Date | undefined;
  #feeds = '';

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    this.view = options.hooks
      ? {
          state: 'NoPublicAddress',
          message:
            'the hub has no public address: set hub.publicUrl of the chart, then orders come without waiting for the next poll',
        }
      : { state: 'NotSupported' };
  }

  /** Never throws: polling goes on without it. `atOnce`: somebody wants to know now. */
  async keep(feeds: readonly FeedType[], signal: AbortSignal, atOnce = false): Promise<void> {
    const { hooks, url, clock } = this.#options;
    const now = clock.now();
    const wanted = [...feeds].sort().join(',');
    const isDue = atOnce || !this.#nextAt || this.#nextAt <= now || wanted !== this.#feeds;
    if (!hooks || !url || !isDue) return;
    this.#feeds = wanted;
    const before = this.view.state;
    this.#nextAt = new Date(now.getTime() + (await this.#ensure(hooks, url, feeds, signal)));
    if (before !== this.view.state)
      await this.#options.hub.reportHooks(this.view.state === 'Active').catch(() => undefined);
  }

  /** Milliseconds until it should be looked at again. */
  async #ensure(hooks: DriverWebhooks, url: string, feeds: readonly FeedType[], signal: AbortSignal): Promise<number> {
    try {
      const { topics, repaired, expiresAt, manual } = await hooks.ensure(url, feeds, signal);
      if (repaired && this.view.state === 'Active')
        this.#options.log.warn({ topics }, 'the store had lost webhook subscriptions: made again');
      this.view = { state: 'Active', topics, ...(manual === undefined ? {} : { message: manual.slice(0, 1024) }) };
      const left = expiresAt
        ? Date.parse(expiresAt) - this.#options.clock.now().getTime() - RENEW_BEFORE_MS
        : Number.POSITIVE_INFINITY;
      return Math.max(AGAIN_AFTER_FAILURE_MS, Math.min(CHECK_EVERY_MS, left));
    } catch (error) {
      const { reason, message } = errorDetails(error);
      if (error instanceof HeldWrite)
        this.view = {
          state: 'TestMode',
          message: 'mode is Test: nothing is registered at the store, orders come by polling',
        };
      else
        this.view = { state: reason === 'NotSupported' ? 'NotSupported' : 'Failed', message: message.slice(0, 1024) };
      return reason === 'NotSupported' ? CHECK_EVERY_MS : AGAIN_AFTER_FAILURE_MS;
    }
  }

  /** Throws DriverError when the store could not be asked. */
  async remove(signal: AbortSignal): Promise<void> {
    const { hooks, url } = this.#options;
    if (hooks && url) await hooks.remove(url, signal);
  }
}
