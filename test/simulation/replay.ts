/**
 * Plays one case alone: `node test/simulation/replay.ts orders/7/12/die-after`. Prints its effects, and what is
 * violated.
 */
import { HubWorld } from './hub-world.ts';
import { parseCase, play } from './simulation.ts';

const [name] = process.argv.slice(2);
if (name === undefined) throw new Error('name a case, such as orders/7/12/die-after or writes/3/storm');
const hub = await HubWorld.start();
try {
  const points = await play(hub, parseCase(name));
  process.stdout.write(
    `${points.map(({ kind, what }, index) => `${index + 1} ${kind} ${what}`).join('\n')}\nall agrees\n`,
  );
} finally {
  await hub.stop();
}
