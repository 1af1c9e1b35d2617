import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A process of the product that is killed and started again. */
export class Part {
  readonly name: string;
  kills = 0;
  readonly #file: string;
  readonly #settings: unknown;
  #child: ChildProcess | undefined;
  #stopped = false;
  #ready: Promise<void> = Promise.resolve();

  constructor(name: string, file: string, settings: unknown) {
    this.name = name;
    this.#file = fileURLToPath(new URL(file, import.meta.url));
    this.#settings = settings;
  }

  /** Starts it; should it die by itself (a port not free yet), it is started again, as a kubelet does. */
  start(): void {
    if (this.#stopped) return;
    const child = fork(this.#file, [], {
      env: {
        ...process.env,
        NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
        FAULTS_SETTINGS: JSON.stringify(this.#settings),
      },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child = child;
    this.#ready = new Promise((resolve) => child.once('message', () => resolve()));
    child.once('exit', () => {
      if (this.#child === child) setTimeout(() => this.start(), 50);
    });
  }

  /**
   * It works, so that a kill now hits work and not a start; at the latest after ten seconds (a start may hang on what
   * else was struck).
   */
  async ready(): Promise<void> {
    await Promise.race([this.#ready, new Promise((resolve) => setTimeout(resolve, 10_000))]);
  }

  send(message: unknown): void {
    this.#child?.send(message as object, () => undefined);
  }

  /** As the out-of-memory killer does; it comes back at once. */
  kill(): void {
    this.kills++;
    this.#child?.kill('SIGKILL');
  }

  /** Killed, and down until `start`. */
  async down(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  stop(): void {
    this.#stopped = true;
    this.#child?.kill('SIGKILL');
  }
}
