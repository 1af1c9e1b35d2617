import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { waitFor } from './wait.ts';

/** One server process of a control plane that lives as long as the test that started it. */
export interface ComponentSpec {
  name: string;
  command: string;
  args: readonly string[];
  logFile: string;
  env?: NodeJS.ProcessEnv;
}

const SETPRIV = '/usr/bin/setpriv';

/**
 * A child process that can be cut, frozen and started again, and that never
 * outlives us: the kernel kills it when we are killed (setpriv, where there is
 * one), and an exit handler does when we leave by ourselves.
 */
export class Component {
  readonly spec: ComponentSpec;
  #child: ChildProcess | undefined;
  readonly #onExit = (): void => {
    this.#child?.kill('SIGKILL');
  };

  constructor(spec: ComponentSpec) {
    this.spec = spec;
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get pid(): number | undefined {
    return this.running ? this.#child?.pid : undefined;
  }

  /** Starts the process; whether it is ready is for the caller to find out. */
  start(): void {
    if (this.running) return;
    const { command, args, env, logFile } = this.spec;
    const tether = existsSync(SETPRIV);
    const log = openSync(logFile, 'a');
    try {
      this.#child = spawn(tether ? SETPRIV : command, tether ? ['--pdeathsig', 'KILL', '--', command, ...args] : args, {
        env: env ?? process.env,
        stdio: ['ignore', log, log],
      });
    } finally {
      closeSync(log);
    }
    this.#child.on('error', () => undefined); // shows as not running
    this.#child.unref();
    process.once('exit', this.#onExit);
  }

  /** Asks it to end, and makes it end after `grace` milliseconds. */
  async stop(grace = 3_000): Promise<void> {
    const child = this.#child;
    process.removeListener('exit', this.#onExit);
    if (!child || !this.running) return;
    child.kill('SIGTERM');
    child.kill('SIGCONT'); // a frozen process hears nothing
    await this.#ended(grace).catch(async () => {
      child.kill('SIGKILL');
      await this.#ended(30_000);
    });
  }

  /** Ends it without a word, as a crash or a lost machine would. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.stop();
  }

  /** Freezes it: connections stay open and nothing answers. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  async #ended(timeout: number): Promise<void> {
    await waitFor(`end of ${this.spec.name}`, async () => !this.running, {
      timeout,
      interval: 20,
      logFile: this.spec.logFile,
    });
  }
}
