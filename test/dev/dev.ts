import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/**
 * `make dev`: a simulated shop and `up` beside it, each started anew when a file that it uses changes. Data and
 * checkpoints stay in the state folder; the shop begins again from its seed.
 */
const ROOT = join(import.meta.dirname, '../..');
const STATE = process.env['STATE'] ?? '.supercargo/dev';
const PARTS: Readonly<Record<string, readonly string[]>> = {
  shop: ['simulate', '--rate', '12'],
  up: ['up', '-f', 'examples/simulate', '--public-url', 'local', '--state', STATE],
};

const children = Object.entries(PARTS).map(([name, args]) => start(name, args));
const ended = Promise.all(children.map((child) => once(child, 'exit')));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    for (const child of children) child.kill('SIGTERM');
  });
await ended;

function start(name: string, args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, ['--watch', '--watch-preserve-output', 'cli/main.ts', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C of the terminal goes to this process alone, which ends both in order.
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) process.stdout.write(`[${name}] ${line}\n`);
    });
  }
  return child;
}
