import type { FeedType } from '../../model/feeds.ts';
import type { PrivacyRequest } from '../../model/privacy.ts';

export type { PrivacyRequest } from '../../model/privacy.ts';

/** A webhook of the store as it came in at the hub. The hub looks at nothing in it: the signing secret is the pod's. */
export interface InboundHook {
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Raw bytes: signatures are over them. */
  readonly body: Uint8Array;
  readonly receivedAt: Date;
}

export interface HookHint {
  readonly feed: FeedType;
  /** Records that changed; absent: the feed just runs. */
  readonly ids?: readonly string[];
}

/**
 * A hint is never trusted as data: it only says what to read. `privacy`: what the platform passes on for the law, which
 * no reading could find out.
 */
export type HookReading =
  | { readonly valid: true; readonly hints: readonly HookHint[]; readonly privacy?: readonly PrivacyRequest[] }
  /** Reasons: `SignatureInvalid`, `Unreadable`, and `TooOld` where the signature covers a time. */
  | { readonly valid: false; readonly reason: string; readonly message: string };

export interface HookSubscription {
  /** Topics now in force at the store. */
  readonly topics: readonly string[];
  /** True when something was missing and had to be made: at a renewal it means that the store had lost it. */
  readonly repaired: boolean;
  /** What a person has to do at the platform, where no call can make it: one sentence, with what to enter where. */
  readonly manual?: string;
  /** When the store forgets it by itself, if it does. ISO 8601. */
  readonly expiresAt?: string;
}

export interface DriverWebhooks {
  /**
   * Checks the signature over the raw body, and where it covers a time that it is not older than the replay window (5
   * minutes); pure. Without a time nothing can be too old: a hint that comes again only reads again.
   */
  read(hook: InboundHook): HookReading;
  /** Makes the subscription for these feeds, finds it and repairs it: may be called at any time. Throws DriverError. */
  ensure(url: string, feeds: readonly FeedType[], signal: AbortSignal): Promise<HookSubscription>;
  /** Takes back whatever points to this URL. Nothing there is a success. */
  remove(url: string, signal: AbortSignal): Promise<void>;
}
