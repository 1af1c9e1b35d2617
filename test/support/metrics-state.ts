import type { ConnectionResource } from '../../crds/index.ts';
import type { Row } from '../../hub/storage/database.ts';
import type { Condition } from '../../kit/conditions.ts';
import type { ControllerMetrics } from '../../kit/metrics.ts';
import type { FeedClass } from '../../model/feeds.ts';
import { rowsOfABusyHub } from './metrics-neighbours.ts';
import { aCondition } from './operator-fixtures.ts';

const DAY_MS = 86_400_000;

type ConnectionState = NonNullable<ConnectionResource['status']>['state'];

/**
 * What a test changes from minute to minute: one connection "shop" with the feeds "orders" and "shipments", beside
 * neighbours in which all is well. What has a bound is just within it.
 */
export class World {
  operators = 2;
  leads = true;
  hubs = 2;
  pod = true;
  connection = true;
  /** State of a ClusterConnection of the same name, if there is one. */
  clusterTwin: ConnectionState | undefined;
  /** Whether the database answers a hub. */
  database: (hub: number) => boolean = () => true;
  connectionState: ConnectionState = 'Running';
  feedAgeMinutes = 1;
  watchAgeSeconds = 5;
  expiresInDays = 8;
  /** A wave brought a pod its image an hour ago; it is not Ready, and another pod waits for it. */
  brokenByRollout = false;
  licenseDays = 15;
  /** The shop's clock less ours. */
  skewSeconds = 110;
  /** What is left of the hub's volume. */
  volumeFree = 0.11;
  /** A connection was given to an installation that there is not. */
  unowned = false;
  readonly counters: Record<string, { hint: number; poll: number }> = {};
  readonly rows = new Map<string, Map<string, Row>>();
  readonly conditions = new Map<string, Condition[]>();
  reconciles: ControllerMetrics;
  request: (status: number) => void;
  /** A pod's request waited so many seconds for its turn. */
  waited: (seconds: number, of?: FeedClass) => void;

  constructor(reconciles: ControllerMetrics, request: World['request'], waited: World['waited']) {
    this.reconciles = reconciles;
    this.request = request;
    this.waited = waited;
    for (const name of ['shop', 'orders', 'shipments'])
      this.conditions.set(name, [aCondition('Ready', 'True'), aCondition('Fresh', 'True')]);
    this.condition('shop', 'Throttled', 'False');
    this.condition('shop', 'Licensed', 'True');
    for (const [figure, labels, value] of rowsOfABusyHub()) this.row(figure, labels, value);
  }

  /** Of the connection "shop" or of a feed. */
  condition(name: string, type: string, status: Condition['status'], reason = type, daysAgo = 0): void {
    const others = this.conditions.get(name)!.filter((other) => other.type !== type);
    const lastTransitionTime = new Date(-daysAgo * DAY_MS).toISOString();
    this.conditions.set(name, [...others, aCondition(type, status, { reason, lastTransitionTime })]);
  }

  ready(status: Condition['status']): void {
    this.condition('shop', 'Ready', status);
  }

  /** At rest by wish, since so many days before time began: what the pod said last is still there. */
  rest(name: string, reason: string, daysAgo = 0): void {
    this.condition(name, 'Ready', 'True', reason, daysAgo);
    this.condition(name, 'Suspended', 'True', reason, daysAgo);
  }

  /** A row of one of the hub's figures, of the connection if it is not told otherwise. */
  row(figure: string, labels: Row, value: number): void {
    const of = 'store' in labels ? labels : { kind: 'Connection', namespace: 'acme', connection: 'shop', ...labels };
    const rows = this.rows.get(figure) ?? new Map<string, Row>();
    this.rows.set(figure, rows.set(JSON.stringify(of), { ...of, value }));
  }
}
