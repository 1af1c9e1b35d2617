import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../test/support/free-port.ts';
import { cpuSeconds } from '../sync/processes.ts';
import { memoryOf, watchMemory, type Memory } from './memory.ts';

const run = promisify(execFile);
const READY = /^Connection\/\S+: ready/m;

export interface UpFigures {
  readonly products: number;
  readonly orders: number;
  /** Seconds from the start of the command to the hub's address, with the making of the database. */
  readonly firstStart: number;
  readonly nextStart: number;
  /** Seconds to Ready, and CPU-seconds of all processes until then. */
  readonly ready: number;
  readonly cpu: number;
  readonly peak: Memory;
  readonly atRest: Memory;
}

/** `supercargo up` on a simulated shop, from nothing to Ready, then left alone. `cli`: its compiled main file. */
export async function measureUp(cli: string, products: number, orders: number, restMs: number): Promise<UpFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'supercargo-bench-'));
  await chmod(folder, 0o711);
  const port = await freePort();
  const shopArguments = [
    'simulate',
    '--port',
    String(port),
    '--products',
    String(products),
    '--orders',
    String(orders),
    '--rate',
    '0',
  ];
  const shop = start([cli, ...shopArguments]);
  try {
    const { stdout: manifests } = await run(process.execPath, [cli, ...shopArguments, '--print-manifests']);
    await mkdir(join(folder, 'manifests'));
    await writeFile(join(folder, 'manifests', 'all.yaml'), manifests);
    await shop.says(/http:/);
    const command = [cli, 'up', '-f', join(folder, 'manifests'), '--state', join(folder, 'state'), '--hub-port', '0'];
    const began = performance.now();
    const first = start(command);
    const peak = watchMemory(first.child.pid!);
    await first.says(/^hub: /m);
    const firstStart = seconds(began);
    await first.says(READY);
    const [ready, cpu, highest] = [seconds(began), cpuSeconds(first.child.pid!), peak()];
    await new Promise((resolve) => setTimeout(resolve, restMs));
    const atRest = memoryOf(first.child.pid!);
    await first.stop();
    const again = performance.now();
    const next = start(command);
    await next.says(/^hub: /m);
    const nextStart = seconds(again);
    await next.stop();
    return { products, orders, firstStart, nextStart, ready, cpu, peak: highest, atRest };
  } finally {
    await shop.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const seconds = (since: number): number => Math.round((performance.now() - since) / 100) / 10;

interface Started {
  readonly child: ChildProcess;
  says(pattern: RegExp): Promise<void>;
  stop(): Promise<void>;
}

function start(args: readonly string[]): Started {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  let text = '';
  const waiting = new Set<() => void>();
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    for (const look of waiting) look();
  });
  return {
    child,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!pattern.test(text)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        child.once('exit', (code) => reject(new Error(`${args[1]} ended with ${code}:\n${text}`)));
        look();
      }),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
