import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Log } from '../rig/install.ts';

export interface ServerOptions {
  readonly app: string;
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  readonly log: Log;
  /** Whether the schema must be made; false on a database that was copied. */
  readonly synchronize: boolean;
  /** Whether the data folder goes when the starting process dies. */
  readonly temporary: boolean;
}

/** One running store: its process, and the two ways of ending it. */
export interface ServerProcess {
  readonly pid: number;
  /** Asks politely, and is not refused for longer than ten seconds. */
  stop(): Promise<void>;
  /** As a power cut would. */
  kill(): Promise<void>;
}

const readyLine = 'vendure: ready on ';
const readyWithin = 60_000;
const stopWithin = 10_000;

export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(options.app, 'server.js')], {
    cwd: options.app,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      // Its usage reports would leave the machine.
      VENDURE_DISABLE_TELEMETRY: 'true',
      VENDURE_DATA_DIR: options.dataDir,
      VENDURE_HOST: options.host,
      VENDURE_PORT: String(options.port),
      VENDURE_SYNCHRONIZE: options.synchronize ? '1' : '0',
      VENDURE_DATA_TEMPORARY: options.temporary ? '1' : '0',
      VENDURE_EXIT_WITH_PARENT: '1',
      VENDURE_SUPERADMIN_PASSWORD: process.env['VENDURE_SUPERADMIN_PASSWORD'],
    },
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await becomesReady(child, options.log);
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    const patience = setTimeout(() => child.kill('SIGKILL'), stopWithin);
    await exited;
    clearTimeout(patience);
  };
  return { pid: child.pid ?? 0, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

/** Passes the server's lines on, and settles at the one that says it listens. */
function becomesReady(child: ChildProcess, log: Log): Promise<void> {
  return new Promise((resolve, reject) => {
    const tail: string[] = [];
    const timeout = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`Vendure did not start within ${readyWithin / 1000} s:\n${tail.join('\n')}`));
    }, readyWithin);
    const settle = (then: () => void): void => {
      clearTimeout(timeout);
      then();
    };
    const read = (chunk: Buffer): void => {
      for (const line of chunk.toString().split('\n')) {
        if (line.trim() === '') continue;
        tail.push(line);
        tail.splice(0, tail.length - 20);
        if (line.startsWith(readyLine)) settle(resolve);
        else log(line);
      }
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', (error) => settle(() => reject(error)));
    child.once('exit', (code, signal) =>
      settle(() => reject(new Error(`Vendure ended (${signal ?? code}) before it was ready:\n${tail.join('\n')}`))),
    );
  });
}
