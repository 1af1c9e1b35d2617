import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { systemClock } from '../../../kit/clock.ts';
import type { Wire } from '../../../simulator/desk/wire.ts';
import { Random } from '../../../simulator/random.ts';
import { serveStore } from '../../../simulator/server.ts';
import { furnishShowcase, type Showcase } from '../../../simulator/shop/showcase.ts';
import { SimulatedShop } from '../../../simulator/simulated-shop.ts';
import { pythonPrograms } from '../../support/python.ts';

const LONGEST_MS = 60_000;
const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');

/** What keeps the clients from being tried; undefined: nothing does. PEERS_NEEDED (`make peers`) takes no excuse. */
export async function whatIsMissing(): Promise<string | undefined> {
  try {
    await pythonPrograms('peers', REQUIREMENTS);
    return undefined;
  } catch (error) {
    if (process.env['PEERS_NEEDED']) throw error;
    return (error as Error).message;
  }
}

/** A shop with one of everything, at a port of this machine. */
export interface PeerShop {
  readonly store: SimulatedShop;
  readonly showcase: Showcase;
  readonly url: string;
  readonly close: () => Promise<void>;
}

export async function peerShop(wire: Wire): Promise<PeerShop> {
  const store = new SimulatedShop({ clock: systemClock, wire, apiKey: 'good', strict: true });
  const showcase = furnishShowcase(store.shop, new Random(11), wire.subject.lacks);
  const server = await serveStore(store, { host: '127.0.0.1', port: 0, clock: systemClock });
  return { store, showcase, url: server.url, close: () => server.close() };
}

/** Runs a script with the clients' Python; gives what it printed as JSON. What it is to do comes by its input. */
export async function runPeer(script: string, asked: unknown): Promise<unknown> {
  const python = join(await pythonPrograms('peers', REQUIREMENTS), 'python');
  const child = spawn(python, ['-W', 'ignore', join(import.meta.dirname, script)], { timeout: LONGEST_MS });
  let [printed, complained] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (complained += chunk.toString('utf8')));
  child.stdin.end(JSON.stringify(asked));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`${script} ended with ${String(code)}: ${complained}${printed}`);
  return JSON.parse(printed) as unknown;
}
