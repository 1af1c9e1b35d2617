import type { Applier } from '../kit/apply.ts';
import type { Clock } from '../kit/clock.ts';
import type { EventRecorder } from '../kit/events.ts';
import type { KubeClient } from '../kit/kube/client.ts';
import type { Informers } from './caches.ts';
import type { Claims } from './claims.ts';
import type { OperatorConfig } from './env.ts';
import type { FreshnessRule } from '../model/feed-rules.ts';
import type { HubClient } from './hub.ts';
import type { SeatBook } from './seating/book.ts';
import type { RolloutBook } from './waves/book.ts';
import type { Reporter } from './reporter.ts';
import type { SettingsSchemas } from './settings.ts';

/** What reconcilers work with; made once, in main.ts. */
export interface Context {
  readonly config: OperatorConfig;
  /** Writes only while we lead. */
  readonly client: KubeClient;
  readonly informers: Informers;
  readonly claims: Claims;
  readonly applier: Applier;
  readonly reporter: Reporter;
  readonly recorder: EventRecorder;
  readonly seats: SeatBook;
  readonly rollout: RolloutBook;
  readonly schemas: SettingsSchemas;
  readonly freshnessRule: FreshnessRule;
  readonly hub: HubClient;
  readonly clock: Clock;
  readonly randomKey: () => string;
}
