import type { ConnectionResource, FeedResource } from '../../crds/index.ts';
import type { Row } from '../../hub/storage/database.ts';
import { aCondition, aConnection, aFeed } from './operator-fixtures.ts';
import { scraped, type ScrapedSample } from './timeline.ts';

const DAY_MS = 86_400_000;

/**
 * What goes on beside the connection `acme/shop` and is well: an alert that asks for too little (a label that it leaves
 * out, a bound that is too low) takes it for a fault, or a fault for it.
 */
const NEIGHBOURS = [
  { namespace: 'acme', name: 'other' },
  { namespace: 'globex', name: 'shop' },
];

/** They run, and their feeds have been suspended since a day before time began. */
export function neighbours(): { readonly connections: ConnectionResource[]; readonly feeds: FeedResource[] } {
  const since = { lastTransitionTime: new Date(-DAY_MS).toISOString() };
  const rests = [aCondition('Ready', 'True'), aCondition('Suspended', 'True', { ...since, reason: 'Suspended' })];
  const connections = NEIGHBOURS.map((place) => {
    const status = { state: 'Running' as const, conditions: [aCondition('Ready', 'True')] };
    const given = aConnection({}, { status });
    return { ...given, metadata: { ...given.metadata, ...place } };
  });
  const feeds = NEIGHBOURS.flatMap(({ namespace, name }) =>
    (['OrderImport', 'ShipmentExport'] as const).map((type) => {
      const given = aFeed({ type, connectionRef: { name } }, rests, `${name}-${type.toLowerCase()}`);
      return { ...given, metadata: { ...given.metadata, namespace } };
    }),
  );
  return { connections, feeds };
}

/** Rows of the hub's figures where all is well: of every connection, some of them just below what alerts ask for. */
export function rowsOfABusyHub(): readonly (readonly [figure: string, labels: Row, value: number])[] {
  const all = [{ namespace: 'acme', name: 'shop' }, ...NEIGHBOURS];
  const endpoint = { namespace: 'acme', store: 'main', endpoint: 'wms' };
  return [
    ...all.flatMap(({ namespace, name: connection }): [string, Row, number][] => [
      ['supercargo_orders', { namespace, connection, intake: 'Accepted' }, 500],
      ['supercargo_orders', { namespace, connection, intake: 'Held' }, 3],
      ['supercargo_oldest_order_seconds', { namespace, connection, stage: 'Held' }, 90_000],
      ['supercargo_oldest_order_seconds', { namespace, connection, stage: 'Untaken' }, 3500],
      ['supercargo_outbox_entries', { namespace, connection, write: 'stock', state: 'Pending' }, 5],
      ['supercargo_outbox_oldest_seconds', { namespace, connection, write: 'stock', feed_type: 'StockExport' }, 1700],
    ]),
    ['supercargo_webhook_deliveries', { ...endpoint, state: 'Pending' }, 4],
    ['supercargo_webhook_oldest_pending_seconds', endpoint, 850],
    ['supercargo_webhook_endpoint_disabled', endpoint, 0],
  ];
}

/**
 * What Prometheus has of the neighbours' pods, of another installation, of a program that is not ours, and by a kubelet
 * of volumes: that of the hub, and others, which are full.
 */
export function scrapedElsewhere(hubVolumeFree: number): ScrapedSample[] {
  const volume = (namespace: string, claim: string, free: number) => {
    const labels = `namespace="${namespace}",persistentvolumeclaim="${claim}"`;
    const text = `kubelet_volume_stats_available_bytes{${labels}} ${free * 1e10}\nkubelet_volume_stats_capacity_bytes{${labels}} 1e10`;
    return scraped(text, { job: 'kubelet', node: 'one' });
  };
  return [
    ...volume('supercargo', 'supercargo-hub', hubVolumeFree),
    ...volume('supercargo', 'backup', 0.01),
    ...volume('tools', 'supercargo-hub', 0.01),
    ...NEIGHBOURS.flatMap(({ namespace, name }) =>
      scraped(`supercargo_part_info{part="sync",connection="${name}"} 1`, { namespace, pod: `sync-${name}` }),
    ),
    ...['operator', 'hub'].flatMap((part) =>
      scraped(`supercargo_part_info{part="${part}"} 1`, { namespace: 'wholesale', pod: `${part}-0` }),
    ),
    ...scraped('supercargo_operator_rollout_stopped 3', { namespace: 'wholesale', pod: 'operator-0' }),
    ...scraped('leader_election_master_status{name="cache"} 0', { namespace: 'tools', pod: 'cache-0' }),
  ];
}
