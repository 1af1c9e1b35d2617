import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import pg from 'pg';
import type { Clock } from '../../../kit/clock.ts';
import type { Logger } from '../../../kit/log.ts';
import { spawnAs, type Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { SUPERUSER } from './create.ts';
import { EmbeddedFault } from './fault.ts';
import { endLeftover } from './leftover.ts';
import { logLevel, parseLogLine, type LogLine } from './log-lines.ts';
import { asArguments, type ServerSettings } from './settings.ts';
import { stoppedBecause } from './stopped-because.ts';

export interface ServerOptions {
  /** A whole data folder of the release in `binaries`, held by this process alone. */
  readonly folder: string;
  /** Of its socket. */
  readonly socketFolder: string;
  readonly binaries: Binaries;
  readonly account: Account;
  readonly settings: ServerSettings;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends the wait for a server that starts. */
  readonly signal: AbortSignal;
}

const WORDS_KEPT = 12;
const LOOK_EVERY_MS = 20;
const TELL_EVERY_MS = 10_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;
const ORDERLY_MS = 15_000;

/**
 * A PostgreSQL as a child of this process: up until `stop`, started again when it dies. In a process group of its own,
 * so that a Ctrl-C for the hub does not take the database from under it.
 */
export class PostgresServer {
  readonly #options: ServerOptions;
  #child: ChildProcess | undefined;
  #words: LogLine[] = [];
  #stopping = false;
  #kept: Promise<void> = Promise.resolve();

  private constructor(options: ServerOptions) {
    this.#options = options;
  }

  /** Resolves when it takes sessions. Throws EmbeddedFault when it cannot start and that will not pass. */
  static async start(options: ServerOptions): Promise<PostgresServer> {
    const server = new PostgresServer(options);
    await server.#up();
    server.#kept = server.#keep();
    return server;
  }

  /** Of the server's first process. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Sessions end, everything goes to disk, the process ends. One that takes too long is hurried: nothing is lost by
   * that, the next start takes longer.
   */
  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGINT');
      const hurry = setTimeout(() => child.kill('SIGQUIT'), ORDERLY_MS);
      await ended;
      clearTimeout(hurry);
    }
    await this.#kept;
  }

  /** Until it takes sessions; what passes by itself is waited for. */
  async #up(): Promise<void> {
    const { folder, clock, log, signal } = this.#options;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      await endLeftover(folder, clock, log);
      // A volume's group (fsGroup) is given access at each mount, and PostgreSQL refuses a folder that others can
      // enter.
      await chmod(folder, 0o700);
      const child = this.#spawn();
      const exit = await this.#readyOrEnded(child);
      if (exit === undefined) return;
      signal.throwIfAborted();
      const cause = stoppedBecause(this.#words, exit);
      if (!cause.passes) throw new EmbeddedFault(cause.sentence);
      log.warn({ reason: cause.sentence }, 'the embedded database did not start: trying again');
      await clock.sleep(pause, signal);
      signal.throwIfAborted();
    }
  }

  #spawn(): ChildProcess {
    const { binaries, folder, socketFolder, settings, account, log } = this.#options;
    this.#words = [];
    const args = ['-D', folder, ...asArguments({ ...settings, unix_socket_directories: socketFolder })];
    const child = spawn(binaries.postgres, args, {
      cwd: '/',
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { LC_ALL: 'C', TZ: 'UTC' },
      ...spawnAs(account),
    });
    child.once('error', (error: NodeJS.ErrnoException) =>
      this.#words.push({ severity: 'FATAL', text: `${binaries.postgres}: ${error.code ?? error.message}` }),
    );
    createInterface({ input: child.stderr }).on('line', (text) => {
      const line = parseLogLine(text);
      this.#words = [...this.#words, line].slice(-WORDS_KEPT);
      const level = logLevel(line);
      if (level) log[level]({ database: line.text }, 'embedded database');
    });
    // Who ends at once, as at a second Ctrl-C, leaves no server behind: what was committed is in its log.
    const take = () => void child.kill('SIGQUIT');
    process.once('exit', take);
    // Not at its exit: one that could not be started has none.
    child.once('close', () => process.off('exit', take));
    this.#child = child;
    return child;
  }

  /** undefined: it takes sessions. Else how it ended. */
  async #readyOrEnded(child: ChildProcess): Promise<string | undefined> {
    const { clock, log, settings, signal, socketFolder } = this.#options;
    let ended: string | undefined;
    // 'close' and not 'exit': its last words have been read by then.
    child.once('close', (code, name) => {
      ended = name ?? `exit code ${code}`;
    });
    for (let waited = 0; ; waited += LOOK_EVERY_MS) {
      if (ended !== undefined) return ended;
      if (signal.aborted || this.#stopping) {
        child.kill('SIGINT');
        await once(child, 'close').catch(() => undefined);
        return 'asked to stop';
      }
      if (await takesSessions(socketFolder, Number(settings['port'] ?? 5432))) return undefined;
      if (waited > 0 && waited % TELL_EVERY_MS === 0)
        log.info(
          { seconds: waited / 1000 },
          'the embedded database is still starting: after a crash it first reads its log again',
        );
      await clock.sleep(LOOK_EVERY_MS);
    }
  }

  /** For as long as the hub runs: one that dies is started again. */
  async #keep(): Promise<void> {
    const { clock, log, signal } = this.#options;
    for (;;) {
      const child = this.#child;
      if (!child) return;
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      if (this.#stopping || signal.aborted) return;
      log.error(
        { exit: child.signalCode ?? child.exitCode },
        'the embedded database ended unexpectedly: starting it again',
      );
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
        try {
          await this.#up();
          log.info('the embedded database is up again');
          break;
        } catch (error) {
          if (this.#stopping || signal.aborted) return;
          // The hub stays: it answers 503 with the reason, and people look at it before they delete anything.
          log.error({ err: error }, 'the embedded database does not come up');
          await clock.sleep(pause, signal);
        }
      }
    }
  }
}

async function takesSessions(socketFolder: string, port: number): Promise<boolean> {
  const client = new pg.Client({
    host: socketFolder,
    port,
    user: SUPERUSER,
    database: 'postgres',
    connectionTimeoutMillis: 2000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
