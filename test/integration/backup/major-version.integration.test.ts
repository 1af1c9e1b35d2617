import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { serverAccount } from '../../../hub/storage/embedded/account.ts';
import { findBinaries } from '../../../hub/storage/embedded/binaries.ts';
import { createFolder, SUPERUSER } from '../../../hub/storage/embedded/create.ts';
import { openEmbedded } from '../../../hub/storage/embedded/index.ts';
import { dataHome, reachablePrograms } from '../../../hub/storage/embedded/reachable.ts';
import { PostgresServer } from '../../../hub/storage/embedded/server.ts';
import { DISCREET, DURABLE, SMALL_MACHINE, socketOnly } from '../../../hub/storage/embedded/settings.ts';
import { openPostgres } from '../../../hub/storage/postgres.ts';
import { systemClock } from '../../../kit/clock.ts';
import { createLogger } from '../../../kit/log.ts';
import { LocalRig } from '../../support/local-rig.ts';
import { line, MemoryStore, order, product } from '../../support/memory-store.ts';
import { NO_POSTGRES_17, postgres17 } from '../../stores/postgres-17/install.ts';

jest.setTimeout(180_000);

const log = createLogger('test', process.env['TEST_LOG'] ?? 'silent');
const signal = new AbortController().signal;
const open = (folder: string) => openEmbedded({ folder, clock: systemClock, log, signal });

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'supercargo-major-'));
  await chmod(parent, 0o711);
});
afterEach(() => rm(parent, { recursive: true, force: true }));

/** The state folder of an `up` of a release that brought PostgreSQL 17, with its server running. */
async function startOn17(folder: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const account = serverAccount();
  const binaries = await reachablePrograms(await findBinaries(await postgres17()), account);
  const data = join(await dataHome(folder, account, () => 'unused', log), 'postgres');
  await createFolder(data, binaries, account);
  // A setting that is new in 18.
  const { io_method: _, ...settings } = SMALL_MACHINE;
  const server = await PostgresServer.start({
    folder: data,
    socketFolder: data,
    binaries,
    account,
    clock: systemClock,
    log,
    signal,
    settings: { ...settings, ...DISCREET, ...socketOnly(data), ...DURABLE },
  });
  return { url: `postgres://${SUPERUSER}@/postgres?host=${encodeURIComponent(data)}`, stop: () => server.stop() };
}

async function supercargo(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, '../../../cli/main.ts'), ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, SUPERCARGO_DATABASE_URL: '', KUBECONFIG: '/dev/null', ...env },
    },
  );
  const [out, err] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    child.exitCode === null ? once(child, 'exit') : undefined,
  ]);
  return { code: child.exitCode!, out, err };
}

function shop(): MemoryStore {
  const store = new MemoryStore();
  store.products = [product('p', ['A'])];
  store.orders = [order('1', { lines: [line('1', 'A', 1)] }), order('2', { lines: [line('1', 'A', 2)] })];
  return store;
}

const FEEDS = ['ProductImport', 'OrderImport', 'ShipmentExport'] as const;

describe('a new major version of PostgreSQL', () => {
  (NO_POSTGRES_17 ? it.skip : it)(
    `is taken over by backup and restore, and orders move on${NO_POSTGRES_17 ? ` (${NO_POSTGRES_17})` : ''}`,
    async () => {
      const [old, anew, file] = [join(parent, 'old'), join(parent, 'new'), join(parent, 'hub.backup')];
      await mkdir(old, { mode: 0o700 });
      const store = shop();
      const server = await startOn17(old);
      const before = await LocalRig.start({
        db: openPostgres({ url: server.url }),
        definition: store.definition(),
        feeds: FEEDS,
      });
      expect(await before.db.query(`SELECT current_setting('server_version_num')::int / 10000 AS major`)).toEqual([
        { major: 17 },
      ]);
      before.startEngine();
      await before.until(async () => (await before.api('GET', '/orders')).body.items.length === 2, 'two orders');
      const ids = (await before.api('GET', '/orders')).body.items.map(({ id }: { id: string }) => id);
      await before.stopEngine();
      expect(await supercargo(['backup', '-o', file], { SUPERCARGO_DATABASE_URL: server.url })).toMatchObject({
        code: 0,
        out: `${file}\n`,
      });
      await before.stop();
      await server.stop();

      await expect(open(old)).rejects.toThrow(
        /PostgreSQL 17 made .*an older one.*run "supercargo backup", and restore that into a new folder/,
      );
      const restored = await supercargo(['restore', file, '--state', anew, '--yes']);
      expect(restored).toMatchObject({ code: 0 });
      expect(restored.err).toMatch(/is whole: \d+ rows .* PostgreSQL 17\.\d/);

      const after = await LocalRig.start({ db: await open(anew), definition: store.definition(), feeds: FEEDS });
      expect(await after.db.query(`SELECT current_setting('server_version_num')::int / 10000 AS major`)).toEqual([
        { major: 18 },
      ]);
      expect((await after.api('GET', '/orders')).body.items.map(({ id }: { id: string }) => id)).toEqual(ids);
      after.startEngine();
      expect((await after.api('POST', `/orders/${ids[0]}/shipments`, { trackingCode: 'T1' })).status).toBe(201);
      await after.until(
        async () => (await after.api('GET', `/orders/${ids[0]}`)).body.shipments[0]?.confirmedAt,
        'the shipment confirmed',
      );
      expect(store.shipped).toMatchObject([{ trackingCode: 'T1' }]);
      await after.stop();
    },
  );
});

describe('the commands, on the state folder of a stopped "up"', () => {
  it("back it up into a file of one's own, and restore it where nothing is lost, or with --replace and a yes", async () => {
    const [state, file] = [join(parent, 'state'), join(parent, 'hub.backup')];
    expect((await supercargo(['backup', '-o', file, '--state', state])).err).toMatch(
      /holds no database: name the --state folder/,
    );
    const store = shop();
    const rig = await LocalRig.start({ db: await open(state), definition: store.definition(), feeds: FEEDS });
    rig.startEngine();
    await rig.until(async () => (await rig.api('GET', '/orders')).body.items.length === 2, 'two orders');
    await rig.stop();

    const taken = await supercargo(['backup', '-o', file, '--state', state]);
    expect(taken).toMatchObject({ code: 0, out: `${file}\n` });
    expect(taken.err).toMatch(/orders: 2 rows[^]*\d+ rows of \d+ tables as of .*personal data/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await readdir(parent)).sort()).toEqual(['hub.backup', 'state']);

    const refused = await supercargo(['restore', file, '--state', state, '--yes']);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(
      /holds 2 orders of 1 connection, the newest seen at .*: nothing was restored. Give --replace/,
    );
    const unasked = await supercargo(['restore', file, '--state', state, '--replace']);
    expect([unasked.code, unasked.err]).toEqual([1, expect.stringMatching(/that will be lost[^]*give --yes/)]);
    expect(await supercargo(['restore', file, '--state', state, '--replace', '--yes'])).toMatchObject({ code: 0 });
    const db = await open(state);
    expect(await db.query('SELECT count(*) AS n FROM orders')).toEqual([{ n: 2 }]);

    // As long as another has the folder, `up.json` says so.
    await db.close();
    await writeFile(
      join(state, 'up.json'),
      JSON.stringify({
        pid: process.pid,
        url: 'http://127.0.0.1:1',
        token: 't',
        hubUrl: 'http://127.0.0.1:1',
        keys: {},
      }),
    );
    expect((await supercargo(['restore', file, '--state', state, '--yes'])).err).toMatch(
      /"up" \(process \d+\) runs on .*: stop it, then restore/,
    );
    const running = await open(state);
    expect(await supercargo(['backup', '-o', file, '--state', state])).toMatchObject({ code: 0 });
    await running.close();
  });
});
