import { HubWorld } from './hub-world.ts';
import { nameOf, play } from './simulation.ts';
import { SCENARIOS } from './scenarios.ts';
const hub = await HubWorld.start();
const [from, to] = [Number(process.argv[2]), Number(process.argv[3])];
const t = performance.now(); let n = 0, bad = 0;
for (let seed = from; seed <= to; seed++) for (const scenario of Object.keys(SCENARIOS)) {
  n++; await play(hub, { scenario, seed, mode: 'storm' }).catch((e: Error) => { bad++; if (bad < 25) console.log(nameOf({ scenario, seed, mode: 'storm' }), e.message.slice(0, 300), e.name === 'TypeError' || e.name === 'error' ? e.stack : ''); });
}
console.log(n, 'storms', bad, 'bad', (performance.now() - t) / n, 'ms each');
await hub.stop();
