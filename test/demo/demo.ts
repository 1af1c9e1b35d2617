/**
 * `make demo`: a real store, `supercargo up` on the quick-start manifests, one order there and back. Stays up, or ends
 * with ONCE=1.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { startVendure, type VendureStore } from '../stores/vendure/index.ts';
import { orderStory, waitFor, type Hub } from './steps.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

await main().catch((error: unknown) => {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const keep = process.env['ONCE'] !== '1';
  const directory = await mkdtemp(join(tmpdir(), 'supercargo-demo-'));
  const ended = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => ended.abort());
  let store: VendureStore | undefined;
  let up: ChildProcess | undefined;
  try {
    say('1. a real store: Vendure, with goods (installed once, then it starts in seconds)');
    store = await startVendure({ log: say });
    await writeManifests(directory, store);
    say(`2. supercargo up -f ${join(directory, 'manifests')}`);
    up = startUp(directory);
    const hub = await findHub(directory, up);
    say('3. the order');
    const { code } = await orderStory(
      store,
      hub,
      (line) => say(`   ${line}`),
      () => runFeed(directory, 'orders'),
    );
    say('4. the life line of the order, by "supercargo order"');
    await cli(['order', code, '--state', join(directory, 'state')]);
    say('done: the order went from the store to the hub and its tracking number back.');
    if (keep) await stayUp(store, hub, directory, ended.signal);
  } finally {
    if (up?.exitCode === null) {
      up.kill('SIGTERM');
      await once(up, 'exit');
    }
    await store?.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** The quick start with the URL of this store and a Secret with its key, and live: what is shipped is seen there. */
async function writeManifests(directory: string, store: VendureStore): Promise<void> {
  const manifests = join(directory, 'manifests');
  await cp(join(ROOT, 'examples', 'quickstart'), manifests, { recursive: true });
  const file = join(manifests, 'connection.yaml');
  const connection = (await readFile(file, 'utf8'))
    .replace('http://127.0.0.1:3000/admin-api', store.url)
    .replace('mode: Test', 'mode: Production');
  await writeFile(file, connection);
  await writeFile(
    join(manifests, 'secret.yaml'),
    stringify({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'vendure-key' },
      stringData: { apiKey: store.apiKey },
    }),
    { mode: 0o600 },
  );
}

function startUp(directory: string): ChildProcess {
  const child = spawn(
    process.execPath,
    [
      join(ROOT, 'cli', 'main.ts'),
      'up',
      '-f',
      join(directory, 'manifests'),
      '--state',
      join(directory, 'state'),
      '--hub-port',
      '0',
      '--public-url',
      'local',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let rest = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) say(`   ${line}`);
  });
  return child;
}

async function findHub(directory: string, up: ChildProcess): Promise<Hub> {
  return waitFor('"supercargo up" to be there', 60_000, async () => {
    if (up.exitCode !== null) throw new Error('"supercargo up" ended');
    const running = JSON.parse(await readFile(join(directory, 'state', 'up.json'), 'utf8')) as {
      hubUrl: string;
      keys: Record<string, string>;
    };
    return { url: running.hubUrl, key: running.keys['default/main']! };
  });
}

/** The schedule looks every minute; "run now" spares the viewer the wait. */
async function runFeed(directory: string, feed: string): Promise<void> {
  await cli(['run', feed, '--state', join(directory, 'state')]);
}

async function cli(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [join(ROOT, 'cli', 'main.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.on('data', (chunk: Buffer) => say(chunk.toString().trimEnd().replace(/^/gm, '   ')));
  const [code] = (await once(child, 'exit')) as [number];
  if (code !== 0) throw new Error(`supercargo ${args[0]} ended with ${code}`);
}

async function stayUp(store: VendureStore, hub: Hub, directory: string, ended: AbortSignal): Promise<void> {
  const state = join(directory, 'state');
  say(`
It stays up. To look around:
  hub's documentation   ${hub.url}/docs
  developer API key     cat ${join(state, 'keys', 'default.main')}
  resources             npx supercargo get feeds --state ${state}
  another order         node test/stores/vendure/cli.ts order --url ${store.url}
Ctrl-C ends it.`);
  if (!ended.aborted) await once(ended, 'abort');
}
