import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { count, verdict } from '../../drill/count.ts';
import { Random } from '../../simulator/random.ts';
import { EmbeddedRig, pause, SETTLE_MS } from './embedded-rig.ts';
import { PowerVolume } from './power-volume.ts';
import { killServer } from './servers.ts';

const CUTS = Number(process.env['CUTS'] ?? 10);
const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const VOLUME_MIB = 512;
/** The longest that parts work between two cuts. */
const WORKS_FOR_MS = 8000;

jest.setTimeout(CUTS * 60_000 + SETTLE_MS + 60_000);

/**
 * The embedded database on a block device. At random moments of work hub and database are killed and the device is
 * taken as it is at that moment; they come up again on that. What the warehouse was answered, and every order, must be
 * in it.
 */
describe(`after ${CUTS} power cuts under the embedded database`, () => {
  const dice = new Random(SEED);
  let volume: PowerVolume;
  let rig: EmbeddedRig;

  beforeAll(async () => {
    if (process.getuid?.() !== 0) throw new Error('this test makes a block device, which takes root');
    process.stdout.write(`power cuts: seed ${SEED}, ${CUTS} cuts\n`);
    volume = await PowerVolume.create(VOLUME_MIB);
    rig = await EmbeddedRig.start('cuts', SEED, async (folder) => {
      await pointTo(folder);
      return join(folder, 'volume', 'hub');
    });
  }, 120_000);

  afterAll(async () => {
    await rig?.stop(async () => {
      await killServer(join(volume.folder, 'hub', 'postgres')).catch(() => undefined);
      await volume.remove();
    });
  }, 60_000);

  it('nothing that was answered is lost, and nothing doubled', async () => {
    const { counterpart, hub } = rig;
    await rig.arrived();
    for (let cut = 1; cut <= CUTS; cut++) {
      counterpart.place(dice.int(1, 6));
      await hub.ready();
      await pause(dice.int(0, WORKS_FOR_MS));
      await cutPower();
      process.stdout.write(`power cuts: ${cut}, ${counterpart.progress().placed} orders\n`);
    }
    await rig.arrived();
    counterpart.peace();
    const observation = await rig.settled();
    expect(observation.open).toEqual({ parcels: 0, webhooks: 0 });
    const counted = count(observation.observed);
    process.stdout.write(
      `power cuts: ${JSON.stringify({ cuts: CUTS, orders: counted.orders.there, parcels: counted.parcels.there, webhooks: counted.webhooks.there, stock: counted.stock, ...verdict(counted) })}\n`,
    );
    expect(counted.orders.there).toBeGreaterThan(CUTS);
    expect(verdict(counted)).toEqual({ lost: 0, doubled: 0, unknown: 0 });
  });

  /** First they end, so that nothing is answered of which the device knows nothing; then it is taken as it is. */
  async function cutPower(): Promise<void> {
    await rig.hub.down();
    await killServer(join(volume.folder, 'hub', 'postgres'));
    await volume.cut();
    await volume.bringUp();
    await pointTo(rig.folder);
    rig.hub.start();
  }

  /** The hub finds its volume under one name. */
  async function pointTo(folder: string): Promise<void> {
    await symlink(volume.folder, join(folder, 'volume.new'));
    await rename(join(folder, 'volume.new'), join(folder, 'volume'));
  }
});
