import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { join } from 'node:path';
import { count, verdict } from '../../drill/count.ts';
import { Random } from '../../simulator/random.ts';
import { EmbeddedRig, pause, SETTLE_MS } from './embedded-rig.ts';
import { API_KEY } from './settings.ts';
import { killServer } from './servers.ts';
import { SmallVolume } from './small-volume.ts';

const ROUNDS = Number(process.env['ROUNDS'] ?? 8);
const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const VOLUME_MIB = 256;
const FULL_FOR_MS = 4000;

jest.setTimeout(ROUNDS * 60_000 + SETTLE_MS + 60_000);

/** The volume of the embedded database runs full at random moments, to the last byte or nearly. */
describe(`after the disk of the embedded database was full ${ROUNDS} times`, () => {
  const dice = new Random(SEED);
  let volume: SmallVolume;
  let rig: EmbeddedRig;

  beforeAll(async () => {
    if (process.getuid?.() !== 0) throw new Error('this test makes a small file system, which takes root');
    process.stdout.write(`disk full: seed ${SEED}, ${ROUNDS} rounds\n`);
    volume = await SmallVolume.mount(VOLUME_MIB);
    rig = await EmbeddedRig.start('disk', SEED, async () => join(volume.folder, 'db'));
  }, 120_000);

  afterAll(async () => {
    await rig?.stop(async () => {
      await killServer(join(volume.folder, 'db', 'postgres')).catch(() => undefined);
      await volume.unmount();
    });
  }, 60_000);

  it('nothing is lost and nothing doubled, and while it is full the hub answers and says so', async () => {
    const { counterpart, hub } = rig;
    await rig.arrived();
    for (let round = 0; round < ROUNDS; round++) {
      counterpart.place(2);
      await volume.fill(dice.int(0, 64) * 1024 * 1024);
      counterpart.place(2);
      await pause(FULL_FOR_MS);
      if (round === 0) await saysSo();
      // A restart with no space at all is the worst that an administrator can do.
      if (dice.chance(0.3)) hub.kill();
      await pause(dice.int(0, 2000));
      await volume.free();
      await rig.arrived();
      process.stdout.write(
        `disk full: round ${round + 1}, ${counterpart.progress().placed} orders, ${hub.kills} kills of the hub\n`,
      );
    }
    counterpart.peace();
    const observation = await rig.settled();
    expect(observation.open).toEqual({ parcels: 0, webhooks: 0 });
    const counted = count(observation.observed);
    process.stdout.write(
      `disk full: ${JSON.stringify({ orders: counted.orders.there, parcels: counted.parcels.there, webhooks: counted.webhooks.there, ...verdict(counted) })}\n`,
    );
    expect(counted.orders.there).toBe(3 + ROUNDS * 4);
    expect(verdict(counted)).toEqual({ lost: 0, doubled: 0, unknown: 0 });
  });

  async function saysSo(): Promise<void> {
    await volume.free();
    await volume.fill(0);
    const answer = await fetch(`${rig.hubUrl}/api/v1/stock`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ levels: [{ sku: 'NONE', quantity: 1 }] }),
    });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      type: 'DatabaseUnavailable',
      detail: expect.stringContaining("disk of the hub's database is full"),
    });
    expect((await fetch(`${rig.hubUrl}/readyz`)).status).toBe(200);
  }
});
