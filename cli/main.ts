#!/usr/bin/env node
import { CommanderError } from 'commander';
import { systemClock } from '../kit/clock.ts';
import { withoutControls } from '../kit/plain-text.ts';

import { endFailed } from './exit-code.ts';
import type { Doors } from './surface/command.ts';
import { COMMANDS, GROUPS } from './command-table.ts';
import { program } from './surface/program.ts';
import { ownPackage } from './version.ts';

/** Progress: stdout belongs to commands whose output is data. */
const tell = (line: string): void => void process.stderr.write(withoutControls(line, true) + '\n');
const say = (line: string): void => void process.stdout.write(withoutControls(line, true) + '\n');

/**
 * Aborts at SIGTERM and Ctrl-C; a second one ends at once. Taken before a part is loaded: as process 1 of a container,
 * Node.js ignores a SIGTERM that nobody listens to, and the pod would hang for its whole grace period.
 */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(130);
      stop.abort();
    });
  }
  return stop.signal;
}

/** Whoever reads has read enough (`| head`): there is nobody to tell anything any more, and nothing went wrong. */
function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit();
    });
}

async function ask(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

const doors: Doors = {
  env: process.env,
  clock: systemClock,
  say,
  tell,
  stop: stopSignal,
  ask: process.stdin.isTTY ? ask : undefined,
  // Loaded only when asked for: `validate` must not wait for the Kubernetes client.
  async withTarget(options, work) {
    const { findTarget } = await import('./find-target.ts');
    const target = await findTarget(options);
    try {
      return await work(target);
    } finally {
      await target.close();
    }
  },
};

endWithReader();
await program({
  version: ownPackage().version,
  commands: COMMANDS,
  groups: GROUPS,
  doors,
  exit: (code) => (process.exitCode = code),
})
  .parseAsync(process.argv)
  .catch((error: unknown) => {
    // Commander has said what is wrong with the command line, or has shown its help.
    if (!(error instanceof CommanderError))
      tell(`supercargo: ${error instanceof Error ? error.message : String(error)}`);
    endFailed(error, process.argv.slice(2), {
      setCode: (code) => (process.exitCode = code),
      end: () => process.exit(),
    });
  });
