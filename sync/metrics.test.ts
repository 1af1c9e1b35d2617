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
