import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../kit/clock.ts';
import { wires } from '../../simulator/wires/index.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { expectNone } from './hostile/outputs.ts';
import { HostilePlatform } from './hostile/platform.ts';

jest.setTimeout(180_000);

const MAIN = join(import.meta.dirname, '../../cli/main.ts');
const FEEDS = ['ProductImport', 'StockImport', 'OrderImport', 'OrderUpdate', 'StockExport', 'ShipmentExport'];
const wire = wires().get('generic')!;

let postgres: TestPostgres;
let platform: HostilePlatform;
let folder: string;
let up: ChildProcess;
let printed = '';
let key: string;
let hub: string;

const document = (kind: string, name: string, rest: object): string =>
  JSON.stringify({
    apiVersion: kind === 'Secret' ? 'v1' : 'supercargo.dev/v1beta1',
    kind,
    metadata: { name, namespace: 'default' },
    ...rest,
  });

beforeAll(async () => {
  postgres = await startPostgres();
  platform = new HostilePlatform(wire, 'key');
  folder = await mkdtemp(join(tmpdir(), 'supercargo-terminals-'));
  await mkdir(join(folder, 'manifests'));
  const settings = wire.subject.settings(await platform.listen());
  const documents = [
    document('Store', 'main', { spec: {} }),
    document('Secret', 'key', { stringData: platform.secrets }),
    document('Credential', 'key', { spec: { driver: 'generic', secretRef: { name: 'key' } } }),
    document('Connection', 'shop', {
      spec: {
        ...{ storeRef: { name: 'main' }, driver: 'generic', credentialRef: { name: 'key' }, settings },
        ...{ mode: 'Production', earliestOrderDate: '2020-01-01T00:00:00Z' },
      },
    }),
    ...FEEDS.map((type) =>
      document('Feed', type.toLowerCase(), { spec: { connectionRef: { name: 'shop' }, type, schedule: '0 0 1 1 *' } }),
    ),
  ];
  await writeFile(join(folder, 'manifests/all.yaml'), documents.join('\n---\n'));
  platform.mood = { is: 'odd' };
  const args = ['up', '-f', join(folder, 'manifests'), '--hub-port', '0', '--log-level', 'trace'];
  up = spawn(process.execPath, [MAIN, ...args], { env: environment(await postgres.createDatabase('terminals')) });
  for (const stream of [up.stdout!, up.stderr!]) stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  await until(async () => (await readdir(join(folder, 'state')).catch((): string[] => [])).includes('up.json'), '"up"');
  ({ hubUrl: hub } = JSON.parse(await readFile(join(folder, 'state/up.json'), 'utf8')) as { hubUrl: string });
  key = (await readFile(join(folder, 'state/keys/default.main'), 'utf8')).trim();
});
afterAll(async () => {
  if (up.exitCode === null) {
    up.kill('SIGTERM');
    await once(up, 'exit');
  }
  platform.close();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

const environment = (database?: string): NodeJS.ProcessEnv => ({
  ...process.env,
  KUBECONFIG: '/none',
  SUPERCARGO_STATE: join(folder, 'state'),
  ...(database === undefined ? {} : { SUPERCARGO_DATABASE_URL: database }),
});

async function until(check: () => Promise<boolean>, what: string, longestMs = 60_000): Promise<void> {
  for (const deadline = Date.now() + longestMs; !(await check()); await systemClock.sleep(100))
    if (Date.now() > deadline) throw new Error(`never ${what}: ${printed.slice(-2000)}`);
}

/** What a command prints, on both streams. */
async function command(...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: environment() });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await once(child, 'close');
  return said;
}

async function items<T>(path: string): Promise<T[]> {
  const answer = await fetch(`${hub}/api/v1${path}`, { headers: { authorization: `Bearer ${key}` } });
  return ((await answer.json()) as { items: T[] }).items;
}

/** What commands that change nothing print, by their first two words. */
async function printedBy(commands: readonly (readonly string[])[]): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const args of commands) (found[args.slice(0, 2).join(' ')] ??= []).push(await command(...args));
  return found;
}

it('no command prints what a hostile shop says in the fields of its answers', async () => {
  await until(async () => (await items('/runs')).length > 4, 'runs');
  await until(async () => (await items('/orders?intake=All')).length > 0, 'an order');
  // Its feeds go on meanwhile: a problem may be over before a command asks for it.
  await until(async () => cameThrough(await look()), 'what was said to come that far, in other words', 150_000);
});

/** What commands print now, in which nothing of what was said stands. */
async function look(): Promise<Record<string, string[]>> {
  const problems = await items<{ record: string; reason: string; payload: boolean }>('/problems?limit=50');
  const orders = await items<{ cust_po_no: string }>('/orders?intake=All&limit=50');
  const found = await printedBy([
    ...['connections', 'feeds', 'stores'].map((kind) => ['get', kind]),
    ...['connections', 'feeds'].map((kind) => ['get', kind, '-o', 'json']),
    ['errors'],
    ['errors', '-o', 'json'],
    ...[...new Set(problems.map(({ reason }) => reason))].slice(0, 3).map((reason) => ['errors', '--reason', reason]),
    ...problems
      .filter(({ payload }) => payload)
      .slice(0, 2)
      .map(({ record }) => ['errors', '--payload', record]),
    ...orders.slice(0, 3).map(({ cust_po_no }) => ['order', cust_po_no]),
    ['diff'],
  ]);
  expectNone({ ...found, up: [printed] }, platform.heard);
  return found;
}

/** Else nothing is proven. */
const cameThrough = (found: Record<string, string[]>): boolean =>
  ['get feeds', 'errors --reason'].every((command) => found[command]?.join().includes('[credential]')) &&
  /UnexpectedPayload|Unreadable/.test(found['errors --payload']?.join() ?? '');

it.each([
  [422, 'json'],
  [401, 'page'],
] as const)('nor what its refusals say (%d, %s), asked for a run or a test', async (status, as) => {
  platform.mood = { is: 'honest' };
  await command('test', 'shop', '--timeout', '30');
  platform.mood = { is: 'refusing', status, as };
  const said = [
    await command('run', 'orderupdate', '--timeout', '30'),
    await command('test', 'shop', '--timeout', '30'),
  ];
  expect(platform.spoilt).toBeGreaterThan(0);
  expect(said.join()).toContain('Feed default/orderupdate');
  const found = await printedBy([['get', 'feeds', '-o', 'json'], ['errors']]);
  expectNone({ ...found, asked: said, up: [printed] }, platform.heard);
});
