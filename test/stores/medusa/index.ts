import { spawn } from 'node:child_process';
import { copyFile, cp, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../support/free-port.ts';
import { startPostgres } from '../../support/postgres.ts';
import { cachedAs, exists, hashOf, intoPlace, npm, secondsSince, type Log } from '../rig/install.ts';
import { MedusaAdmin } from './admin.ts';
import { seed, type Seeded } from './seed.ts';

export { orderOf, payOrder, placeOrder, returnPiece, type StoreOrder } from './orders.ts';
export { MedusaAdmin } from './admin.ts';

const source = fileURLToPath(new URL('.', import.meta.url));
const plugin = fileURLToPath(new URL('../../../plugins/medusa', import.meta.url));
const READY_WITHIN_MS = 90_000;

/** A running real store, seeded. */
export interface MedusaStore {
  /** The server; its Admin API is under /admin. */
  readonly url: string;
  readonly apiKey: string;
  readonly admin: MedusaAdmin;
  readonly seeded: Seeded;
  readonly pid: number;
  stop(): Promise<void>;
}

/** The newest release that was installed here, with a database of its own: all of it goes with `stop`. */
export async function startMedusa(log: Log = () => undefined): Promise<MedusaStore> {
  const install = await ensureInstalled(log);
  const folder = await mkdtemp(join(tmpdir(), 'supercargo-medusa-'));
  await appInto(folder, install);
  const postgres = await startPostgres();
  const began = Date.now();
  const environment = {
    ...{ PATH: process.env['PATH'], HOME: process.env['HOME'], NODE_ENV: 'production', MEDUSA_DISABLE_TELEMETRY: '1' },
    DATABASE_URL: await postgres.createDatabase('medusa'),
  };
  const cli = join(install, 'node_modules/@medusajs/cli/cli.js');
  const port = await freePort();
  let server: ReturnType<typeof run> | undefined;
  const stop = async (): Promise<void> => {
    server?.child.kill('SIGTERM');
    const patience = setTimeout(() => server?.child.kill('SIGKILL'), 10_000);
    await server?.ended.catch(() => undefined);
    clearTimeout(patience);
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await run([cli, 'db:migrate', '--skip-scripts'], folder, environment).ended;
    log(`medusa: tables made in ${secondsSince(began)} s`);
    const start = ['--require', './with-parent.js', cli, 'start', '-p', String(port), '-H', '127.0.0.1'];
    server = run(start, folder, environment);
    const url = `http://127.0.0.1:${port}`;
    await Promise.race([healthy(url), server.ended]);
    log(`medusa: up after ${secondsSince(began)} s`);
    const response = await fetch(`${url}/test-key`, { method: 'POST' });
    const { key } = (await response.json()) as { readonly key: string };
    const admin = new MedusaAdmin(url, key);
    const seeded = await seed(admin);
    log(`medusa: seeded after ${secondsSince(began)} s`);
    return { url, apiKey: key, admin, seeded, pid: server.child.pid ?? 0, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Once per machine and lock file. Not `npm ci`: it refuses the lock, which lacks packages for other machines. */
async function ensureInstalled(log: Log): Promise<string> {
  const names = ['package.json', 'package-lock.json'];
  const target = cachedAs(`medusa-${await hashOf(names.map((name) => join(source, name)))}`);
  if (await exists(target)) return target;
  log('medusa: installing the store (once per machine, two minutes) …');
  const began = Date.now();
  await intoPlace(target, async (folder) => {
    for (const name of names) await copyFile(join(source, name), join(folder, name));
    await npm(folder, ['install', '--no-save'], 'medusa', log);
  });
  log(`medusa: installed in ${secondsSince(began)} s`);
  return target;
}

/** The server's own files, the dependencies and the companion plugin. */
async function appInto(folder: string, install: string): Promise<void> {
  await cp(join(source, 'app'), folder, { recursive: true });
  const modules = join(folder, 'node_modules');
  await cp(plugin, join(modules, 'supercargo-medusa-plugin'), { recursive: true });
  for (const name of await readdir(join(install, 'node_modules')))
    if (name !== '.bin') await symlink(join(install, 'node_modules', name), join(modules, name));
}

function run(args: readonly string[], cwd: string, env: Readonly<Record<string, string | undefined>>) {
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  const tail: string[] = [];
  const keep = (chunk: Buffer): void => {
    tail.push(...chunk.toString().split('\n'));
    tail.splice(0, tail.length - 20);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`Medusa ended (${signal ?? code}):\n${tail.join('\n')}`)),
    );
  });
  // Whoever waits for it hears of it; else it is no news.
  ended.catch(() => undefined);
  return { child, ended };
}

async function healthy(url: string): Promise<void> {
  for (const until = Date.now() + READY_WITHIN_MS; ; await new Promise((resolve) => setTimeout(resolve, 200))) {
    const response = await fetch(`${url}/health`).catch(() => undefined);
    if (response?.ok) return;
    if (Date.now() > until) throw new Error(`Medusa did not start within ${READY_WITHIN_MS / 1000} s`);
  }
}
