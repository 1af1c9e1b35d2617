import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { ManualClock } from '../test/support/manual-clock.ts';
import { aCondition, aConnection, aFeed, aLicense } from '../test/support/operator-fixtures.ts';
import { withFamilies } from '../kit/exposition.ts';
import { Cache } from '../kit/kube/cache.ts';
import type { Caches } from './caches.ts';
import { resourceMetrics, watchMetrics, whileLeading } from './metrics.ts';

const clock = new ManualClock('2026-01-01T01:00:00Z');

function setUp() {
  const leads = { now: true };
  const caches = Object.fromEntries(
    [
      'connections',
      'clusterConnections',
      'drivers',
      'stores',
      'credentials',
      'feeds',
      'feedRuns',
      'licenses',
      'deployments',
    ].map((name) => [name, new Cache()]),
  );
  const text = () =>
    withFamilies(new Registry(), [
      ...whileLeading(resourceMetrics(caches as unknown as Caches, clock), () => leads.now),
      watchMetrics([{ type: { kind: 'Feed' }, lastHeardAt: clock.now().getTime() - 30_000 }], clock),
    ]).metrics();
  return { leads, caches: caches as unknown as Record<string, Cache<never>>, text };
}

describe('metrics of resources', () => {
  it('show what the caches hold', async () => {
    const { caches, text } = setUp();
    caches['connections']?.put(
      aConnection(
        {},
        { status: { state: 'Running', conditions: [aCondition('Ready', 'True'), aCondition('Reachable', 'True')] } },
      ) as never,
    );
    caches['feeds']?.put({
      ...aFeed({}, [aCondition('Ready', 'False'), aCondition('Synced', 'False')]),
      status: {
        conditions: [aCondition('Ready', 'False'), aCondition('Synced', 'False')],
        lastSuccessAt: '2026-01-01T00:00:00Z',
        problems: { info: 1, retry: 2, error: 3 },
      },
    } as never);
    caches['licenses']?.put(aLicense({}, { seatsUsed: 1, expiresAt: '2026-01-01T00:00:00Z' }) as never);
    const lines = (await text()).split('\n').filter((line) => line && !line.startsWith('#'));
    expect(lines).toEqual([
      'supercargo_resource_condition{kind="Connection",namespace="acme",name="shop",connection="shop",feed_type="",type="Ready",status="True",reason="ReadyTrue"} 1',
      'supercargo_resource_condition{kind="Connection",namespace="acme",name="shop",connection="shop",feed_type="",type="Reachable",status="True",reason="ReachableTrue"} 1',
      'supercargo_resource_condition{kind="Feed",namespace="acme",name="orders",connection="shop",feed_type="OrderImport",type="Ready",status="False",reason="ReadyFalse"} 1',
      'supercargo_connection_info{kind="Connection",namespace="acme",connection="shop",driver="vendure",store="main",mode="Test",state="Running"} 1',
      'supercargo_connection_ready_transition_timestamp_seconds{kind="Connection",namespace="acme",connection="shop"} 1767225600',
      'supercargo_connections{driver="vendure",state="Running"} 1',
      'supercargo_feed_data_age_seconds{namespace="acme",name="orders",connection="shop",type="OrderImport"} 3600',
      'supercargo_feed_problems{severity="info"} 1',
      'supercargo_feed_problems{severity="retry"} 2',
      'supercargo_feed_problems{severity="error"} 3',
      'supercargo_license_seats_used{license="team"} 1',
      'supercargo_license_seats{license="team"} 2',
      'supercargo_license_expiry_timestamp_seconds{license="team"} 1767225600',
      'supercargo_watch_last_event_age_seconds{kind="Feed"} 30',
    ]);
  });

  it('are told by the replica that leads alone, as two would double them; of its watches every replica tells', async () => {
    const { caches, text, leads } = setUp();
    caches['connections']?.put(aConnection() as never);
    leads.now = false;
    const lines = (await text()).split('\n').filter((line) => line && !line.startsWith('#'));
    expect(lines).toEqual(['supercargo_watch_last_event_age_seconds{kind="Feed"} 30']);
  });

  it('tell when a credential ends, also while its pod is gone', async () => {
    const { caches, text } = setUp();
    caches['connections']?.put(aConnection({}, { status: { credentialExpiresAt: '2026-01-01T00:00:00Z' } }) as never);
    expect(await text()).toContain(
      'supercargo_connection_credential_expiry_timestamp_seconds{kind="Connection",namespace="acme",connection="shop"} 1767225600\n',
    );
  });

  it('tell since when a pause lasts: of a switched-off connection once, and of a feed that was suspended by itself', async () => {
    const { caches, text } = setUp();
    const at = (lastTransitionTime: string, reason: string) => [
      aCondition('Suspended', 'True', { lastTransitionTime, reason }),
    ];
    caches['connections']?.put(
      aConnection({ enabled: false }, { status: { conditions: at('2026-01-01T00:00:00Z', 'Inactive') } }) as never,
    );
    caches['feeds']?.put(aFeed({}, at('2026-01-01T00:10:00Z', 'ConnectionInactive'), 'with-it') as never);
    caches['feeds']?.put(aFeed({}, at('2026-01-01T00:00:01Z', 'Suspended'), 'alone') as never);
    caches['feeds']?.put(aFeed({}, [aCondition('Suspended', 'False')], 'runs') as never);
    const lines = (await text()).split('\n').filter((line) => line.startsWith('supercargo_suspended'));
    expect(lines).toEqual([
      'supercargo_suspended_since_timestamp_seconds{kind="Connection",namespace="acme",name="shop",connection="shop",feed_type=""} 1767225600',
      'supercargo_suspended_since_timestamp_seconds{kind="Feed",namespace="acme",name="alone",connection="shop",feed_type="OrderImport"} 1767225601',
    ]);
  });

  it('end with the resource: a deleted connection leaves no series behind', async () => {
    const { caches, text } = setUp();
    caches['connections']?.put(aConnection() as never);
    caches['connections']?.remove('acme/shop');
    expect(await text()).not.toContain('shop');
  });

  it('come in pieces: of twenty megabytes little is held at once', async () => {
    let drawn = 0;
    function* samples(): Generator<[string[], number]> {
      for (; drawn < 5_000; drawn += 1) yield [[], drawn];
    }
    const parts = withFamilies(new Registry(), [{ name: 'a', help: 'b', labels: [], samples }]).parts();
    const pieces: number[] = [];
    for await (const part of parts) pieces.push(part.split('\n').length, drawn);
    expect(pieces.slice(2, 6)).toEqual([503, 499, 501, 999]);
    expect(drawn).toBe(5_000);
  });

  it('are text that Prometheus can read, whatever a name holds', async () => {
    const text = await withFamilies(new Registry(), [
      { name: 'a', help: 'b', labels: ['c'], samples: () => [[['x"y\\z\n'], 1]] },
    ]).metrics();
    expect(text).toContain('a{c="x\\"y\\\\z\\n"} 1');
  });
});
