import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFile,
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Database } from '../../../hub/storage/database.ts';
import { openEmbedded } from '../../../hub/storage/embedded/index.ts';
import { systemClock } from '../../../kit/clock.ts';
import { createLogger } from '../../../kit/log.ts';
import { SmallVolume } from '../../faults/small-volume.ts';
import { until } from '../../support/hub-rig.ts';

jest.setTimeout(60_000);

const asRoot = process.getuid?.() === 0;
let model: string;
let folder: string;

/** A folder with an empty database, made once: each test has a copy. */
beforeAll(async () => {
  model = await place();
  await (await open(model)).close();
});
afterAll(() => rm(model, { recursive: true, force: true }));
beforeEach(async () => {
  folder = await place();
  await copy(model, folder);
});
afterEach(async () => {
  // What a test that fails has left open would start its server again and again.
  for (const db of opened.splice(0)) await db.close().catch(() => undefined);
  for (const { child } of writers.splice(0)) child.kill('SIGKILL');
  for (const pid of await serversOf(folder)) process.kill(pid, 'SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

async function place(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'supercargo-embedded-'));
  await chmod(path, 0o711);
  return path;
}

/** With owners, as `cp -a`. */
async function copy(from: string, to: string): Promise<void> {
  execFileSync('cp', ['-a', `${from}/.`, to]);
}

const opened: Database[] = [];

async function open(path: string, lines?: string[], signal = new AbortController().signal): Promise<Database> {
  const log = createLogger('hub', process.env['TEST_LOG'] ?? 'silent');
  if (lines) {
    const keep = (_fields: unknown, message?: string) => void lines.push(`${JSON.stringify(_fields)} ${message ?? ''}`);
    Object.assign(log, { info: keep, warn: keep, error: keep, debug: keep });
  }
  const db = await openEmbedded({ folder: path, clock: systemClock, log, signal });
  let closed: Promise<void> | undefined;
  const closedOnce = { ...db, close: () => (closed ??= db.close()) };
  opened.push(closedOnce);
  return closedOnce;
}

async function pidOfServer(path = folder): Promise<number> {
  return Number((await readFile(join(path, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** Not one that has ended and that nobody has taken note of. */
const alive = (pid: number) =>
  readFile(`/proc/${pid}/stat`, 'utf8').then(
    (words) => !/\) Z /.test(words),
    () => false,
  );

/** The first processes of servers that work in the folder: a child is called as its parent is for a moment. */
async function serversOf(path: string): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (!words.includes(`-D\0${join(path, 'postgres')}\0`)) continue;
    const [, parent] = /\) \S (\d+) /.exec(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')) ?? [];
    if (parent !== undefined) parents.set(Number(pid), Number(parent));
  }
  return [...parents].filter(([, parent]) => !parents.has(parent)).map(([pid]) => pid);
}

const writers: Writer[] = [];

/** A process with the database, that writes or only holds. */
class Writer {
  readonly child: ChildProcess;
  readonly committed: number[] = [];
  readonly ready: Promise<void>;

  constructor(path: string, mode: 'write' | 'hold') {
    this.child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'writer.ts'), path, mode],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    writers.push(this);
    this.ready = new Promise((resolve) => {
      createInterface({ input: this.child.stdout! }).on('line', (line) =>
        line === 'ready' ? resolve() : void this.committed.push(Number(line)),
      );
    });
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}

/**
 * A start after a kill takes five seconds at most. On a machine that is too busy for that, so much longer as ten starts
 * with nothing to end and nothing to recover take there, at the same time.
 */
async function opensQuickly(): Promise<Database> {
  const [db, took] = await timed(() => open(folder));
  if (took < 5000) return db;
  await db.close();
  const [again, ordinary] = await timed(() => open(folder));
  expect(took).toBeLessThan(5000 + 10 * ordinary);
  return again;
}

async function timed<T>(work: () => Promise<T>): Promise<readonly [T, number]> {
  const began = performance.now();
  return [await work(), performance.now() - began];
}

const numbers = async (db: Database) =>
  (await db.query<{ n: number }>('SELECT n FROM numbers ORDER BY n')).map(({ n }) => n);

describe('the embedded database', () => {
  it('is made at the first start, found again at the next, durable, and reached by no network', async () => {
    const path = await place();
    try {
      const first = await open(path);
      await first.execute('CREATE TABLE t (x int); INSERT INTO t VALUES (1)');
      const [settings] = await first.query(
        "SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS sync, current_setting('full_page_writes') AS pages, current_setting('listen_addresses') AS tcp, current_setting('data_checksums') AS sums",
      );
      expect(settings).toEqual({ fsync: 'on', sync: 'on', pages: 'on', tcp: '', sums: 'on' });
      await first.close();
      expect(await serversOf(path)).toHaveLength(0);
      const again = await open(path);
      expect(await again.query('SELECT x FROM t')).toEqual([{ x: 1 }]);
      await again.close();
    } finally {
      await rm(path, { recursive: true, force: true });
    }
  });

  it('is closed to everybody else on the machine', async () => {
    const db = await open(folder);
    const data = await stat(join(folder, 'postgres'));
    expect(data.mode & 0o077).toBe(0);
    if (asRoot) {
      expect(data.uid).not.toBe(0);
      const nobody = { uid: 65_534, gid: 65_534 };
      expect(() => execFileSync('ls', [join(folder, 'postgres')], { ...nobody, stdio: 'pipe' })).toThrow(
        /Permission denied/,
      );
      expect(() => execFileSync('ls', [folder], { ...nobody, stdio: 'pipe' })).toThrow(/Permission denied/);
    }
    await db.close();
  });

  it("writes neither a statement nor a value of one into the hub's log", async () => {
    const lines: string[] = [];
    const db = await open(folder, lines);
    await db.execute('CREATE TABLE people (email text PRIMARY KEY)');
    const twice = () => db.query('INSERT INTO people VALUES ($1)', ['ada@example.com']);
    await twice();
    await expect(twice()).rejects.toThrow();
    await expect(db.query('SELECT $1::text::int', ['Ada Lovelace'])).rejects.toThrow();
    await db.close();
    expect(lines.join('\n')).not.toMatch(/ada|lovelace|insert into/i);
    expect(lines.length).toBeGreaterThan(2);
  });

  it('is told to write none: in every session, and whatever a file in its folder says', async () => {
    const said = {
      log_min_messages: 'log',
      log_min_error_statement: 'panic',
      log_error_verbosity: 'terse',
      log_parameter_max_length: '0',
      log_parameter_max_length_on_error: '0',
      log_statement: 'none',
      log_min_duration_statement: '-1',
      log_min_duration_sample: '-1',
      log_transaction_sample_rate: '0',
      log_duration: 'off',
      debug_print_parse: 'off',
      debug_print_plan: 'off',
    };
    const talkative = 'log_statement = all\nlog_parameter_max_length_on_error = -1\nlog_error_verbosity = verbose\n';
    await appendFile(join(folder, 'postgres', 'postgresql.conf'), talkative);
    const db = await open(folder);
    const shown: Record<string, unknown> = {};
    for (const name of Object.keys(said)) Object.assign(shown, (await db.query(`SHOW ${name}`))[0]);
    expect(shown).toEqual(said);
    await db.close();
  });
});

describe('a hub that ends at once, as at a second Ctrl-C', () => {
  it('leaves no server behind, and everything that was committed is there', async () => {
    const writer = new Writer(folder, 'write');
    await writer.ready;
    await until(() => writer.committed.length > 50, 'fifty commits');
    const server = await pidOfServer();
    writer.child.kill('SIGINT');
    await once(writer.child, 'exit');
    await until(async () => !(await alive(server)), 'the end of its server');
    const db = await open(folder);
    expect(await numbers(db)).toEqual(expect.arrayContaining(writer.committed));
    await db.close();
  });
});

describe('after kill -9', () => {
  it('of the hub: the next start ends what was left behind, and everything that was committed is there', async () => {
    const writer = new Writer(folder, 'write');
    await writer.ready;
    await until(() => writer.committed.length > 50, 'fifty commits');
    const left = await pidOfServer();
    await writer.kill();
    expect(await alive(left)).toBe(true);
    const db = await opensQuickly();
    expect(await alive(left)).toBe(false);
    expect(await serversOf(folder)).toHaveLength(1);
    expect(await numbers(db)).toEqual(expect.arrayContaining(writer.committed));
    await db.close();
  });

  it('of the database: it is up again by itself, and the hub with it', async () => {
    const writer = new Writer(folder, 'write');
    await writer.ready;
    await until(() => writer.committed.length > 50, 'fifty commits');
    const before = await pidOfServer();
    process.kill(before, 'SIGKILL');
    // What was committed before may still be on its way here: it counts from where another server is there.
    const another = async () => ![before, undefined].includes(await pidOfServer().catch(() => undefined));
    await until(another, 'another server', 30_000);
    const then = writer.committed.length;
    await until(() => writer.committed.length > then + 20, 'more commits');
    writer.child.kill('SIGTERM');
    await once(writer.child, 'exit');
    const db = await open(folder);
    expect(await numbers(db)).toEqual(expect.arrayContaining(writer.committed));
    await db.close();
  });

  it('of both: the next start recovers', async () => {
    const writer = new Writer(folder, 'write');
    await writer.ready;
    await until(() => writer.committed.length > 50, 'fifty commits');
    const server = await pidOfServer();
    await writer.kill();
    process.kill(server, 'SIGKILL');
    const db = await opensQuickly();
    expect(await numbers(db)).toEqual(expect.arrayContaining(writer.committed));
    await db.close();
  });

  it("the note of a server whose number is by now another program's holds nothing up", async () => {
    await writeFile(
      join(folder, 'postgres', 'postmaster.pid'),
      `${process.pid}\n${join(folder, 'postgres')}\n1\n5432\n\n\n  0 0\nready\n`,
    );
    await (await opensQuickly()).close();
  });
});

describe('two hubs on one folder', () => {
  it('the second waits for the first, and there is never a second server', async () => {
    const first = new Writer(folder, 'hold');
    await first.ready;
    let opened = false;
    const second = open(folder).then((db) => {
      opened = true;
      return db;
    });
    await systemClock.sleep(1000);
    expect(opened).toBe(false);
    expect(await serversOf(folder)).toHaveLength(1);
    first.child.kill('SIGTERM');
    const db = await second;
    expect(await serversOf(folder)).toHaveLength(1);
    await db.close();
  });
});

describe('a folder that it cannot use: one sentence with the remedy, and nothing is changed', () => {
  const data = () => join(folder, 'postgres');
  const refused = async () =>
    await open(folder).then(
      () => 'it started',
      (error: Error) => error.message,
    );

  it('of an older major version', async () => {
    await writeFile(join(data(), 'PG_VERSION'), '17\n');
    expect(await refused()).toMatch(/PostgreSQL 17 made .*older one.*supercargo backup/);
    expect(await readFile(join(data(), 'PG_VERSION'), 'utf8')).toBe('17\n');
  });

  it("with another program's files", async () => {
    await rm(data(), { recursive: true });
    await mkdir(data());
    await writeFile(join(data(), 'photo.jpg'), 'x');
    if (asRoot) await chown(data(), 60_777, 60_777);
    expect(await refused()).toMatch(/no PostgreSQL database/);
    expect(await readdir(data())).toEqual(['photo.jpg']);
  });

  (asRoot ? it : it.skip)('of another user (needs root to make one)', async () => {
    await chown(data(), 1234, 1234);
    expect(await refused()).toMatch(/belongs to user 1234.*chown -R/);
    expect((await stat(data())).uid).toBe(1234);
  });

  it('without its control file', async () => {
    await rm(join(data(), 'global', 'pg_control'));
    expect(await refused()).toMatch(/damaged.*Restore/);
  });

  it('with a control file that was cut off', async () => {
    await truncate(join(data(), 'global', 'pg_control'), 100);
    expect(await refused()).toMatch(/damaged.*restore/i);
  });

  it('without its log', async () => {
    for (const name of await readdir(join(data(), 'pg_wal')))
      await rm(join(data(), 'pg_wal', name), { recursive: true });
    expect(await refused()).toMatch(/damaged.*restore/i);
  });

  (asRoot ? it : it.skip)(
    'on a full volume: it waits, says why, and starts by itself when there is space (needs root for a small volume)',
    async () => {
      const volume = await SmallVolume.mount(160);
      const stop = new AbortController();
      try {
        await cp(folder, volume.folder, { recursive: true });
        execFileSync('chown', ['-R', '60777:60777', join(volume.folder, 'postgres')]);
        await volume.fill(0);
        const lines: string[] = [];
        let db: Database | undefined;
        const opening = open(volume.folder, lines, stop.signal).then((opened) => {
          db = opened;
        });
        const full = () => lines.some((line) => line.includes('volume of the embedded database is full'));
        await until(full, 'the reason', 40_000);
        expect(db).toBeUndefined();
        await volume.free();
        await opening;
        await db!.close();
      } finally {
        stop.abort();
        await volume.unmount();
      }
    },
  );
});
