import type { ConnectionKey } from '../../crds/index.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Logger } from '../../kit/log.ts';
import type { Reach } from '../../kit/net/addresses.ts';
import type { Database } from '../storage/database.ts';
import type { CarryWebhook } from './webhook-transport.ts';

/** What every part of the hub is given: nothing reaches for a clock, an id or a database of its own. */
export interface HubContext {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
  /** A new unique id (UUID v4 in production). */
  readonly newId: () => string;
  /**
   * Address under which stores reach this hub, without a slash at its end; absent: webhooks of stores are not asked
   * for.
   */
  readonly publicUrl: () => string | undefined;
  /** Wakes the delivery workers: something was queued. */
  readonly wakeDeliveries: () => void;
  /** Wakes the long poll of a connection's pod: something waits for it. */
  readonly wakePod: (connectionId: number) => void;
  /** Which addresses beside public ones order webhooks may go to, whatever a Store says. */
  readonly webhookReach: Reach;
  /** Order webhooks may go out of the cluster in clear. */
  readonly webhookPlainHttp?: boolean;
  /**
   * What the Connection resource says. A pod's own word for whose Store and whose Credential it is counts for nothing.
   * Absent in tests alone.
   */
  readonly declared?: DeclaredConnections;
  /** How order webhooks reach their receiver: sockets if absent. */
  readonly carryWebhook?: CarryWebhook;
  /** Tells whoever watches the Store: an Event on a cluster, a line in `up`. Never fails. */
  readonly emitStoreEvent: EmitStoreEvent;
}

export type EmitStoreEvent = (
  namespace: string,
  name: string,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
) => void;

/** Of a Connection or ClusterConnection, what decides whose data and whose tokens its pod comes to. */
export interface DeclaredConnection {
  readonly store: string;
  readonly driver: string;
  readonly mode: 'Test' | 'Production';
  readonly credential: string;
  /** Another installation looks after it: what this hub has of it is from before, and speaks of nothing that runs. */
  readonly elsewhere?: true;
}

/** undefined: there is no such resource. Throws while that is not known yet. */
export type DeclaredConnections = (key: ConnectionKey) => DeclaredConnection | undefined;
