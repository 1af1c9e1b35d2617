import { spawn, type ChildProcess } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../test/support/free-port.ts';

/** A controller under measurement, and how it is started. */
export interface System {
  readonly name: string;
  start(kubeconfig: string): Promise<Running>;
}

/** One that runs; its first lists may not be in yet. */
export interface Running {
  readonly pid: number;
  readonly startedAt: number;
  /** With the numbers of queues and requests, and cheap. */
  readonly probe: string;
  /** What Prometheus would ask for. */
  readonly metrics: string;
  stop(): Promise<void>;
}

/** Where all logs of the systems go. */
export interface Launch {
  readonly folder: string;
  readonly workers: number;
}

/** As the chart has it. A connection whose limit is below the request cannot be put right. */
const SYNC_PODS = JSON.stringify({
  resources: { requests: { cpu: '50m', memory: '96Mi' }, limits: { memory: '256Mi' } },
});

/** Ours, compiled, as the image runs it. */
export function ours({ folder, workers }: Launch): System {
  return {
    name: 'supercargo',
    async start(kubeconfig) {
      const startedAt = performance.now();
      const script = join(import.meta.dirname, '..', '.build', 'bench', 'operator', 'operator-process.js');
      const child = spawn(process.execPath, [...(process.env['NODE_FLAGS']?.split(' ') ?? []), script], {
        env: {
          ...process.env,
          KUBECONFIG: kubeconfig,
          NODE_ENV: 'production',
          SUPERCARGO_NAMESPACE: 'default',
          SUPERCARGO_HUB_URL: 'http://127.0.0.1:9',
          SUPERCARGO_SYNC_IMAGE: 'supercargo:bench',
          SUPERCARGO_SYNC_PODS: SYNC_PODS,
          SUPERCARGO_HTTP_PORT: '0',
          SUPERCARGO_WORKERS: String(workers),
          SUPERCARGO_LOG_LEVEL: 'warn',
        },
        stdio: ['ignore', ...logOf(folder, 'supercargo'), 'ipc'],
      });
      const told = await message<{ metrics: string; probe: string }>(child);
      return running(child, startedAt, told);
    },
  };
}

/** The Go controller of bench/reference. `apply`: `always`, or `changed` only. */
export function reference({ folder, workers }: Launch, binary: string, apply: 'always' | 'changed'): System {
  return {
    name: `controller-runtime, applies ${apply === 'always' ? 'always' : 'what changed'}`,
    async start(kubeconfig) {
      const startedAt = performance.now();
      const port = await freePort();
      const metrics = `http://127.0.0.1:${port}/metrics`;
      const args = [`--workers=${workers}`, `--metrics=127.0.0.1:${port}`, `--apply=${apply}`];
      const child = spawn(binary, args, {
        env: { ...process.env, KUBECONFIG: kubeconfig },
        stdio: ['ignore', ...logOf(folder, 'reference')],
      });
      while (child.exitCode === null && !(await fetch(metrics).catch(() => undefined))?.ok) await sleep(50);
      return running(child, startedAt, { metrics, probe: metrics });
    },
  };
}

function logOf(folder: string, name: string): [number, number] {
  const log = openSync(join(folder, `${name}.log`), 'a');
  return [log, log];
}

function message<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once('message', (told) => resolve(told as T));
    child.once('exit', (code) => reject(new Error(`it ended with ${code} before it was ready`)));
  });
}

function running(child: ChildProcess, startedAt: number, urls: { metrics: string; probe: string }): Running {
  if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode} before it was ready`);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  return {
    ...urls,
    startedAt,
    pid: child.pid!,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
