import { HubWorld } from './hub-world.ts';
import { play } from './simulation.ts';
const hub = await HubWorld.start();
for (const scenario of ['orders','catalogue','writes','hooks','tokens']) {
await play(hub, { scenario, seed: 1 }).catch(e=>console.log(e.message));
const a = process.cpuUsage(), b = performance.now(), n=4;
for (let i=0;i<n;i++) await play(hub, { scenario, seed: 1 }).catch(e=>console.log(e.message));
const c = process.cpuUsage(a);
console.log(scenario, 'cpu', (c.user+c.system)/1000/n, 'wall', (performance.now()-b)/n);
}
await hub.stop();
