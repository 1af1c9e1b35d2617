import { describe, expect, it } from '@jest/globals';
import { SyncMetrics } from './metrics.ts';

const NAME = 'supercargo_credential_expiry_timestamp_seconds';
const series = async (metrics: SyncMetrics) =>
  (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith(NAME));

describe('the expiry of the credential', () => {
  it('is no series while it is not known: 0 would be a credential that ended in 1970', async () => {
    const metrics = new SyncMetrics();
    expect(await series(metrics)).toEqual([]);
    metrics.credentialExpires(undefined);
    expect(await series(metrics)).toEqual([]);
  });

  it('is the time in seconds, and goes when a credential without an end takes its place', async () => {
    const metrics = new SyncMetrics();
    metrics.credentialExpires('2026-12-01T00:00:00Z');
    expect(await series(metrics)).toEqual([`${NAME} 1796083200`]);
    metrics.credentialExpires(undefined);
    expect(await series(metrics)).toEqual([]);
  });
});

describe('what is not known', () => {
  it('has no series: 0 would be a lie', async () => {
    const text = await new SyncMetrics().registry.metrics();
    for (const name of [
      'supercargo_connection_up',
      'supercargo_store_budget_remaining',
      'supercargo_store_clock_skew_seconds',
    ])
      expect(text).not.toMatch(new RegExp(`^${name}`, 'm'));
  });
});

describe('the series of a feed', () => {
  const of = async (metrics: SyncMetrics) =>
    (await metrics.registry.metrics()).split('\n').filter((line) => line.includes('feed="orders"'));

  it('begin at 0 with the pod, so that the first failure is an increase', async () => {
    const metrics = new SyncMetrics();
    metrics.feed('orders', 'OrderImport');
    expect(await of(metrics)).toContain(
      'supercargo_feed_runs_total{feed="orders",type="OrderImport",result="Failed"} 0',
    );
  });

  it('end with it', async () => {
    const metrics = new SyncMetrics();
    metrics.feed('orders', 'OrderImport');
    const outcome = { result: 'Succeeded', reason: 'Succeeded', read: 1, changed: 1, problems: 0 } as const;
    metrics.run('orders', 'OrderImport', outcome, 1, new Date());
    metrics.feedGone('orders', 'OrderImport');
    expect(await of(metrics)).toEqual([]);
  });
});

it('every series has the connection by which operator and hub know it', async () => {
  const metrics = new SyncMetrics({ namespace: 'acme', name: 'shop' });
  metrics.connection(true, 0);
  expect(await metrics.registry.metrics()).toContain('supercargo_connection_up{namespace="acme",connection="shop"} 1');
});

it('a call to the store is counted with its status, and its length where an answer came', async () => {
  const metrics = new SyncMetrics();
  metrics.storeRequest(200, 'read', 700);
  metrics.storeRequest('Timeout', 'read');
  const text = await metrics.registry.metrics();
  expect(text).toContain('supercargo_store_requests_total{code="Timeout",intent="read"} 1');
  expect(text).toContain('supercargo_store_request_duration_seconds_bucket{le="0.5",intent="read"} 0');
  expect(text).toContain('supercargo_store_request_duration_seconds_bucket{le="1",intent="read"} 1');
  expect(text).toContain('supercargo_store_request_duration_seconds_count{intent="read"} 1');
});
