import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { connectE2e, type E2e } from './context.ts';
import { supercargo } from './supercargo.ts';

jest.setTimeout(300_000);

const NAMESPACE = 'e2e-drill';
/** One of each part. */
const KILLS = 3;

describe('supercargo drill, as a user types it', () => {
  let e2e: E2e;

  beforeAll(async () => {
    e2e = await connectE2e();
  });

  afterAll(async () => {
    await e2e?.kubectl.run('delete', 'namespace', NAMESPACE, '--ignore-not-found', '--timeout', '100s');
  });

  it('kills sync pod, hub and operator while orders come in, finds none lost and none doubled, and leaves nothing behind', async () => {
    const { code, stdout: out } = await supercargo(
      e2e.cluster,
      'drill',
      '--namespace',
      NAMESPACE,
      '--kills',
      String(KILLS),
      '--parts',
      'sync,hub,operator',
      '--orders-per-burst',
      '2',
    );
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/\nlost 0, doubled 0\n$/) });
    const there = (name: string) => Number(new RegExp(`^${name} +(\\d+) +0 +0 +0$`, 'm').exec(out)?.[1]);
    // Three at the start, and a burst for each kill at least.
    expect(there('orders')).toBeGreaterThanOrEqual(3 + KILLS * 2);
    expect([there('parcels'), there('webhooks')]).toEqual([there('orders'), there('orders')]);
    expect(out).toMatch(/^stock level: \d+, as the warehouse set it last$/m);
    expect(out).toMatch(new RegExp(`^${KILLS} kills \\(`, 'm'));
    expect(await e2e.kubectl.get('namespace', NAMESPACE)).toBeUndefined();
  });

  it('keeps its hands off a namespace that no drill made', async () => {
    expect(await supercargo(e2e.cluster, 'drill', '--namespace', 'default', '--kills', '1')).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('namespace default exists and was not made by a drill'),
    });
  });
});
