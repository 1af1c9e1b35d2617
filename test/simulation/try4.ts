import { HubWorld } from './hub-world.ts';
import { play } from './simulation.ts';
const hub = await HubWorld.start();
for (let i=0;i<40;i++) await play(hub, { scenario: 'orders', seed: 1 });
await hub.stop();
