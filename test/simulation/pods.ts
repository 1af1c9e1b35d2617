import type { HubClient } from '../../sync/hub-client.ts';
import type { orderDecider, ShopSession } from '../../sync/shop-session.ts';
import type { Effects, Stop } from './effects.ts';
import { Process } from './process.ts';

const RESTART_MS = 3000;
/** Longer than the lease of a run. */
const STOPPED_MS = 25_000;

export interface Pod {
  readonly process: Process;
  readonly hub: HubClient;
  readonly session: ShopSession;
  readonly hookUrl: string | undefined;
  readonly decideOrder: ReturnType<typeof orderDecider>;
  readonly holder: string;
}

export type Work<T> = (pod: Pod) => Promise<T>;

export interface PodPorts {
  /** `moved`: under the name of another pod, not of the one before. */
  readonly open: (process: Process, moved: boolean) => Promise<Pod>;
  readonly advance: (ms: number) => void;
  readonly effects: Effects;
  /** Told when a pod that was stopped is about to go on. */
  readonly goesOn: () => Promise<void>;
}

/** The pods of a connection: one as a rule, none when it has died, two when one was stopped and another took over. */
export class Pods {
  readonly #ports: PodPorts;
  #pod: Pod | undefined;
  #starts = 0;
  /** What the pod is at: who takes over does the same. */
  #work: Work<unknown> | undefined;
  /** One at a time is stopped. */
  #stopping = false;
  /** The one that took over, where it lets the one that was stopped go first. */
  #second: { readonly process: Process; readonly ended: Promise<unknown> } | undefined;

  constructor(ports: PodPorts) {
    this.#ports = ports;
  }

  /** In the pod that lives, or in a new one; `died` when it did not come to its end. */
  async do<T>(work: Work<T>): Promise<T | 'died'> {
    this.#work = work;
    const process = this.#pod?.process ?? new Process();
    try {
      const result = await process.run(this.#workIn(process, work));
      if (result === 'died') this.#bury(process);
      return result;
    } finally {
      await this.#letSecondGo();
    }
  }

  async #workIn<T>(process: Process, work: Work<T>): Promise<T | 'died'> {
    let pod = this.#pod;
    if (!pod) {
      // A container that restarts keeps its pod's name; a pod that is moved has another, and waits for the lease.
      pod = await this.#ports.open(process, this.#starts++ % 3 === 2).catch(() => undefined);
      if (!pod) return 'died';
      // Another may have taken over while it was stopped.
      this.#pod ??= pod;
    }
    return work(pod);
  }

  #bury(process: Process): void {
    if (this.#pod?.process === process) this.#pod = undefined;
    this.#ports.advance(RESTART_MS);
  }

  /**
   * Stops the process where it is for longer than its lease; another pod does the same work meanwhile, or half of it.
   */
  async stop(process: Process, how: Stop): Promise<void> {
    if (this.#stopping || this.#second || !this.#work) return;
    this.#stopping = true;
    const work = this.#work;
    await process.stopped(async () => {
      this.#ports.advance(STOPPED_MS);
      // Half of it ends at another place each time.
      const second = new Process(how.startsWith('overlap') ? 2 + (this.#ports.effects.count % 6) : undefined);
      this.#pod = undefined;
      const ended = second.run(this.#takeOver(second, work));
      this.#second = { process: second, ended };
      await Promise.race([ended, second.held]);
      await this.#ports.goesOn();
    });
    this.#stopping = false;
  }

  async #takeOver(process: Process, work: Work<unknown>): Promise<unknown> {
    const pod = await this.#ports.open(process, true).catch(() => undefined);
    if (!pod) return undefined;
    this.#pod = pod;
    return work(pod).catch(() => undefined);
  }

  async #letSecondGo(): Promise<void> {
    if (!this.#second) return;
    const { process, ended } = this.#second;
    process.letGo();
    if ((await ended) === 'died') this.#bury(process);
    this.#second = undefined;
  }
}
