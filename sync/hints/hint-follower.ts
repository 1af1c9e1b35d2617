import type { Driver, HookReading, InboundHook } from '../../drivers/contract/index.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Logger } from '../../kit/log.ts';
import { privacyRequests } from '../../model/privacy.ts';
import { HubRefusal, type HubClient } from '../hub-client.ts';
import type { SyncMetrics } from '../metrics.ts';
import type { PendingHints } from './pending-hints.ts';

const CLAIM = 100;
const AGAIN_MS = 1000;

export interface HintFollowerOptions {
  readonly hub: Pick<HubClient, 'hints' | 'claimHooks' | 'settleHooks'>;
  readonly driver: Driver;
  readonly box: PendingHints;
  readonly wake: () => void;
  readonly clock: Clock;
  readonly metrics: Pick<SyncMetrics, 'hook'>;
  readonly log: Logger;
  /** The hub does not know the connection (any more): its database was restored from a backup. */
  readonly onNoSession?: () => void;
}

/**
 * Waits at the hub for what should run at once: what the back office left there, and webhooks of the store, whose
 * signature is checked here. Polling stays the truth: a lost hint costs time only. Ends when the signal aborts.
 */
export async function followHints(options: HintFollowerOptions, signal: AbortSignal): Promise<void> {
  const { hub, box, wake, clock } = options;
  while (!signal.aborted) {
    try {
      const { feeds, hooks } = await hub.hints(signal);
      for (const feed of feeds) box.add(feed);
      if (hooks > 0) await takeHooks(options);
      if (feeds.length + hooks > 0) wake();
    } catch (error) {
      if (error instanceof HubRefusal && error.reason === 'NoSession') options.onNoSession?.();
      await clock.sleep(AGAIN_MS, signal);
    }
  }
}

async function takeHooks({ hub, driver, box, metrics, log }: HintFollowerOptions): Promise<void> {
  const waiting = await hub.claimHooks(CLAIM);
  const results = waiting.map(({ id, headers, body, receivedAt }) => {
    const reading = readingOf(driver, { headers, body: Buffer.from(body, 'base64'), receivedAt: new Date(receivedAt) });
    metrics.hook(reading.valid ? 'accepted' : reading.reason);
    if (reading.valid) for (const hint of reading.hints) box.add(hint.feed, hint.ids);
    else log.warn({ reason: reading.reason }, `a webhook of the store was refused: ${reading.message}`);
    if (!reading.valid) return { id, accepted: false, reason: reading.reason };
    return { id, accepted: true, ...(reading.privacy ? { privacy: [...reading.privacy] } : {}) };
  });
  if (results.length > 0) await hub.settleHooks(results);
}

/**
 * A webhook that a driver stumbles over is refused: left in the queue it would come first for ever, and hold back all
 * others.
 */
function readingOf(driver: Driver, hook: InboundHook): HookReading {
  if (!driver.webhooks) return { valid: false, reason: 'NotSupported', message: 'the driver takes no webhooks' };
  try {
    const reading = driver.webhooks.read(hook);
    // What a shop's ids look like is not known; the hub would refuse all the webhooks that came with this one.
    if (reading.valid && reading.privacy) privacyRequests.parse(reading.privacy);
    return reading;
  } catch {
    return { valid: false, reason: 'Unreadable', message: 'the driver cannot read it' };
  }
}
