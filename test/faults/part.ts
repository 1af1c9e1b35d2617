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

  constructor(name: string, file: string, settings: unknown) {
    this.name = name;
    this.#file = fileURLToPath(new URL(file, import.meta.url));
    this.#settings = settings;
  }

  /** Starts it; should it die by itself (a port not free yet), it is started again, as a kubelet does. */
  start(): void {
    if (this.#stopped) return;
    const child = fork(this.#file, [], { env: { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning', FAULTS_SETTINGS: JSON.stringify(this.#settings) }, execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child = child;
    child.once('exit', () => {
      if (this.#child === child) setTimeout(() => this.start(), 50);
    });
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  send(message: unknown): void {
    this.#child?.send(message as object, () => undefined);
  }

  /** As the out-of-memory killer does; it comes back at once. */
  kill(): void {
    this.kills++;
    this.#child?.kill('SIGKILL');
  }

  stop(): void {
    this.#stopped = true;
    this.#child?.kill('SIGKILL');
  }
}
