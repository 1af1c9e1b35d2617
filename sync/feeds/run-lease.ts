import { retry } from '../../drivers/contract/index.ts';
import type { Clock } from '../../kit/clock.ts';
import { expiryTimer } from '../../kit/expiry-timer.ts';
import { RUN_LEASE_SECONDS } from '../../model/sync-api.ts';
import { HubRefusal, type HubClient } from '../hub-client.ts';

const RENEW_EVERY_MS = (RUN_LEASE_SECONDS * 1000) / 3;
/**
 * How long after its last renewal a run may still write to the store. What is left of the lease (8 s) is for the write
 * itself: it has to be at the store before another pod can have the lease and look there.
 */
const WRITE_FOR_MS = 12_000;

/**
 * The lease of a run as its pod sees it. A pod can be stopped anywhere (SIGSTOP, a suspended machine, a long collection
 * of garbage) and go on as if nothing had been, while another has its run: timers tell it too late. So each write to
 * the store asks first how long ago the lease was renewed, as it is done for the leader's writes (kit/leader.ts).
 */
export class RunLease {
  readonly #clock: Clock;
  readonly #lost = new AbortController();
  #mayHaveExpired: () => boolean;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#mayHaveExpired = this.asking();
  }

  /** Aborts when the hub says that another has the run. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /**
   * Called before a request that renews the lease, so that we never count longer than the hub does; its answer is
   * `renewed`.
   */
  asking(): () => boolean {
    return expiryTimer(this.#clock, WRITE_FOR_MS);
  }

  renewed(asked: () => boolean): void {
    this.#mayHaveExpired = asked;
  }

  /** Throws when the lease may have run out. */
  assertHeld(): void {
    if (this.#lost.signal.aborted || this.#mayHaveExpired())
      throw retry(
        'LeaseUncertain',
        'the pod was paused or lost the hub, so another pod may own this run. The write was not sent and will be retried automatically',
      );
  }

  /** Renews it until the returned function is called, or it is lost. */
  keep(hub: Pick<HubClient, 'heartbeat'>, runId: string): () => void {
    const stopped = new AbortController();
    void this.#beat(hub, runId, stopped.signal);
    return () => stopped.abort();
  }

  async #beat(hub: Pick<HubClient, 'heartbeat'>, runId: string, stopped: AbortSignal): Promise<void> {
    for (;;) {
      await this.#clock.sleep(RENEW_EVERY_MS, stopped);
      if (stopped.aborted) return;
      const asked = this.asking();
      try {
        await hub.heartbeat(runId);
        this.renewed(asked);
      } catch (error) {
        if (error instanceof HubRefusal) this.#lost.abort();
      }
    }
  }
}
