import { HubWorld } from './hub-world.ts';
import { casesOf, nameOf, parseCase, play } from './simulation.ts';
const hub = await HubWorld.start();
const arg = process.argv[2]!;
if (arg.includes('/') && !arg.endsWith('/*')) { console.log(await play(hub, parseCase(arg))); }
else {
  const [scenario, seeds] = [arg.replace('/*',''), Number(process.argv[3] ?? 1)];
  let t = performance.now(), n = 0, bad = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const points = await play(hub, { scenario, seed });
    if (seed === 1) console.log(points.length, points.map(p => p.kind[0] + ':' + p.what).join(' | '));
    for (const c of casesOf(scenario, seed, points)) { n++; await play(hub, c).catch(e => { bad++; if (bad < 12) console.log(nameOf(c), e.message, points[c.at!-1]!.what, bad < 2 ? e.stack : ''); }); }
  }
  console.log(scenario, n, 'cases', bad, 'bad', (performance.now()-t)/n, 'ms each');
}
await hub.stop();
