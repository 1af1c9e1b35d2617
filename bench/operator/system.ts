import { spawn, type ChildProcess } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../test/support/free-port.ts';
import { podAccount } from './account.ts';

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
  /** Times that it ended by itself and was started anew. */
  readonly restarts: number;
  stop(): Promise<void>;
}

/** Where all logs of the systems go. */
export interface Launch {
  readonly folder: string;
  readonly workers: number;
}

/** As the chart has it: in a container of 512Mi V8 lets the old generation have 256 MiB, here it has to be said. */
const CHART_ENV = { NODE_OPTIONS: '--max-semi-space-size=16 --max-old-space-size=256', MALLOC_ARENA_MAX: '2' };

/** As the chart has it. A connection whose limit is below the request cannot be put right. */
const SYNC_PODS = JSON.stringify({
  resources: { requests: { cpu: '50m', memory: '96Mi' }, limits: { memory: '256Mi' } },
});

/** Ours, compiled, as the image runs it. */
export function ours({ folder, workers }: Launch): System {
  const script = join(import.meta.dirname, '..', '.build', 'bench', 'operator', 'operator-process.js');
  return system('supercargo', async (kubeconfig) => {
    const account = await podAccount(kubeconfig);
    const child = spawn(process.execPath, [...(process.env['NODE_FLAGS']?.split(' ') ?? []), script], {
      env: {
        ...process.env,
        ...account.env,
        BENCH_ACCOUNT: account.folder,
        NODE_ENV: 'production',
        ...CHART_ENV,
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
    return { child, urls: message<Urls>(child) };
  });
}

/** The Go controller of bench/reference. `apply`: `always`, or `changed` only. */
export function reference({ folder, workers }: Launch, binary: string, apply: 'always' | 'changed'): System {
  const name = `controller-runtime, applies ${apply === 'always' ? 'always' : 'what changed'}`;
  return system(name, async (kubeconfig) => {
    const port = await freePort();
    const metrics = `http://127.0.0.1:${port}/metrics`;
    const child = spawn(binary, [`--workers=${workers}`, `--metrics=127.0.0.1:${port}`, `--apply=${apply}`], {
      env: { ...process.env, KUBECONFIG: kubeconfig },
      stdio: ['ignore', ...logOf(folder, 'reference')],
    });
    return { child, urls: answering(child, metrics) };
  });
}

interface Urls {
  readonly metrics: string;
  readonly probe: string;
}

interface Launched {
  readonly child: ChildProcess;
  readonly urls: Promise<Urls>;
}

/** A process that ends by itself (it lost its lease, say) is started anew, as a kubelet would. */
function system(name: string, launch: (kubeconfig: string) => Launched | Promise<Launched>): System {
  return {
    name,
    async start(kubeconfig) {
      const startedAt = performance.now();
      const { child, urls } = await launch(kubeconfig);
      const now = { child, ...(await urls), restarts: 0, stopping: false };
      const follow = () =>
        now.child.once('exit', () => {
          if (now.stopping) return;
          now.restarts += 1;
          void Promise.resolve(launch(kubeconfig)).then(async (again) => {
            now.child = again.child;
            follow();
            Object.assign(now, await again.urls.catch(() => ({})));
          });
        });
      follow();
      return {
        startedAt,
        get pid() {
          return now.child.pid!;
        },
        get probe() {
          return now.probe;
        },
        get metrics() {
          return now.metrics;
        },
        get restarts() {
          return now.restarts;
        },
        async stop() {
          now.stopping = true;
          const ended = new Promise((resolve) => now.child.once('exit', resolve));
          if (now.child.exitCode !== null || !now.child.kill('SIGTERM')) return;
          await ended;
        },
      };
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

async function answering(child: ChildProcess, url: string): Promise<Urls> {
  while (child.exitCode === null && !(await fetch(url).catch(() => undefined))?.ok) await sleep(50);
  if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode} before it was ready`);
  return { metrics: url, probe: url };
}
