import type { z } from 'zod';
import type { FeedType } from '../../model/feeds.ts';
import type { CheckReport } from './check-report.ts';
import { formerNames, type FormerNames } from './compat.ts';
import { connectFeeds, supportOf, type ConnectedFeeds, type DriverFeeds } from './feeds.ts';
import type { DriverWebhooks } from './hooks.ts';
import type { ShopHttp } from './http.ts';
import type { DriverFacts, DriverManifest } from './manifest.ts';
import type { TokenVaults } from './tokens.ts';

export interface DriverContext<C, S> {
  readonly credential: C;
  readonly settings: S;
  readonly http: ShopHttp;
  readonly now: () => Date;
  /** Where tokens that the platform rotates are kept. */
  readonly tokens: TokenVaults;
}

/**
 * A driver as it is written. `connect` gives whatever its calls need, a client of the platform; it is handed to each of
 * them. All throw DriverError; none retries, schedules or keeps state between calls.
 */
export interface DriverSource<C, S, K> {
  readonly manifest: DriverFacts;
  /** Keys of the Secret, all strings. Unknown keys are ignored: a Secret is often shared. */
  readonly credential: z.ZodType<C>;
  /** `spec.settings` of the connection; strict, so that a misspelt key is named. */
  readonly settings: z.ZodType<S>;
  /** Sends nothing yet. */
  readonly connect: (context: DriverContext<C, S>) => K;
  /** Never throws for what a check is there to find: that is in the report. */
  readonly check: (client: K, feeds: readonly FeedType[], signal: AbortSignal) => Promise<CheckReport>;
  readonly feeds: DriverFeeds<K>;
  /** Webhooks of the store as hints to run now. */
  readonly webhooks?: (client: K) => DriverWebhooks;
  readonly close?: (client: K) => Promise<void>;
}

/** One live connection. */
export interface Driver extends FormerNames {
  check(feeds: readonly FeedType[], signal: AbortSignal): Promise<CheckReport>;
  readonly feeds: ConnectedFeeds;
  readonly webhooks?: DriverWebhooks;
  close?(): Promise<void>;
}

/** A driver as the registry, the engine and the catalogue have it. */
export interface DriverDefinition<C = unknown, S = unknown> {
  readonly manifest: DriverManifest;
  readonly credential: z.ZodType<C>;
  readonly settings: z.ZodType<S>;
  connect(context: DriverContext<C, S>): Driver;
}

/** Keeps the types of a driver's credential, settings and client together and hides them from the registry. */
export function defineDriver<C, S, K>({
  manifest,
  credential,
  settings,
  connect,
  check,
  feeds,
  webhooks,
  close,
}: DriverSource<C, S, K>): DriverDefinition {
  const definition: DriverDefinition<C, S> = {
    manifest: { ...manifest, feeds: supportOf(feeds) },
    credential,
    settings,
    connect: (context) => {
      const client = connect(context);
      const connected = connectFeeds(feeds, client);
      const hooks = webhooks?.(client);
      return {
        ...formerNames(connected, hooks),
        check: (asked, signal) => check(client, asked, signal),
        feeds: connected,
        webhooks: hooks,
        ...(close ? { close: () => close(client) } : {}),
      };
    },
  };
  return definition;
}
