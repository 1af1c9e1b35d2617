import type { Clock } from './clock.ts';
import { isApiError } from './kube/errors.ts';
import type { KubeClient } from './kube/client.ts';
import type { KubeObject, ResourceType } from './kube/objects.ts';
import type { Logger } from './log.ts';
import { expiryTimer } from './expiry-timer.ts';

/** coordination.k8s.io Leases. */
export const LEASES: ResourceType = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
};

interface Lease extends KubeObject {
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

export interface LeaderOptions {
  readonly client: KubeClient;
  readonly name: string;
  readonly namespace: string;
  readonly identity: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long others wait after the last sign of life. */
  readonly leaseMs?: number;
  /** How long we go on without a renewal; shorter than `leaseMs`, so that we stop before another starts. */
  readonly renewDeadlineMs?: number;
  readonly retryMs?: number;
  /** Told on every change of leadership (metrics). */
  readonly onChange?: (leading: boolean) => void;
}

/** What leadership means to the code that runs under it. */
export interface Leadership {
  /** Aborts when the lease is lost or shutdown begins. */
  readonly signal: AbortSignal;
  /**
   * Throws when the lease may have run out: a process that slept (suspended VM, long GC) learns it before it writes.
   */
  assertHeld(): void;
}

/**
 * Waits for the lease, runs `work` under it, and gives the lease back. Ends when `work` ends, when the lease is lost
 * (rejects) or when `signal` aborts. Expiry of another's lease is counted on our own clock from when we saw its record
 * change: clocks of two machines are never compared.
 */
export async function runAsLeader(
  options: LeaderOptions,
  signal: AbortSignal,
  work: (leadership: Leadership) => Promise<void>,
): Promise<void> {
  const election = new Election(options);
  if (!(await election.acquire(signal))) return;
  options.log.info({ lease: `${options.namespace}/${options.name}`, identity: options.identity }, 'leading');
  options.onChange?.(true);
  const lost = new AbortController();
  const stopRenewing = new AbortController();
  const renewing = election.renewUntilLost(stopRenewing.signal).then((reason) => reason && lost.abort(reason));
  try {
    // Work drains after `signal`; the lease is renewed until it has.
    const leadership = { signal: AbortSignal.any([signal, lost.signal]), assertHeld: () => election.assertHeld() };
    await Promise.race([work(leadership), rejectOnAbort(lost.signal)]);
  } finally {
    options.onChange?.(false);
    stopRenewing.abort();
    await renewing;
    if (!lost.signal.aborted) await election.release();
  }
}

/** However near the end of another's lease is: the clock may stand still. */
const RETRY_AT_LEAST_MS = 50;

class Election {
  readonly #options: Required<Omit<LeaderOptions, 'onChange'>>;
  /** The lease as last read, and when, on our clock, its record last changed. */
  #seen: Lease | undefined;
  #seenAt = 0;
  #renewedAt = 0;
  #mayHaveExpired = (): boolean => true;

  constructor(options: LeaderOptions) {
    this.#options = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000, ...options };
  }

  async acquire(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      if (await this.#try()) return true;
      await this.#options.clock.sleep(
        Math.min(this.#options.retryMs, Math.max(RETRY_AT_LEAST_MS, this.#otherExpiresIn())),
        signal,
      );
    }
    return false;
  }

  /** Resolves with the reason of the loss, or undefined when the signal ended it. */
  async renewUntilLost(signal: AbortSignal): Promise<Error | undefined> {
    for (;;) {
      await this.#options.clock.sleep(this.#options.retryMs, signal);
      if (signal.aborted) return undefined;
      const left = this.#renewedAt + this.#options.renewDeadlineMs - this.#now();
      // A request that hangs must not keep us from noticing that time is up; nor a clock that was set back.
      const remaining = Math.min(this.#options.renewDeadlineMs, Math.max(0, left));
      const held = await Promise.race([this.#try(), this.#options.clock.sleep(remaining, signal).then(() => false)]);
      if (signal.aborted) return undefined;
      if (!held && this.#heldByOther()) return new Error(`the lease went to ${this.#seen?.spec?.holderIdentity}`);
      if (!this.#isFresh()) return new Error(`the lease could not be renewed for ${this.#options.renewDeadlineMs} ms`);
    }
  }

  assertHeld(): void {
    if (!this.#isFresh()) throw new Error('the lease may have run out: no write without it');
  }

  /** An empty holder lets the next one start at once instead of after `leaseMs`. */
  async release(): Promise<void> {
    if (this.#heldByOther() || !this.#seen) return;
    try {
      await this.#write(this.#seen, {
        ...this.#seen.spec,
        holderIdentity: '',
        leaseDurationSeconds: 1,
        renewTime: this.#microTime(),
      });
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the lease was not released; the next leader waits for it to run out');
    }
  }

  /** One attempt to take or renew. Never throws: what went wrong shows in `#isFresh`. */
  async #try(): Promise<boolean> {
    const { client, name, namespace, log } = this.#options;
    try {
      if (await this.#renewUnread()) return true;
      const lease = await client.find<Lease>(LEASES, name, namespace);
      this.#remember(lease);
      if (lease && this.#heldByOther() && this.#otherExpiresIn() > 0) return false;
      await this.#take(lease);
      return true;
    } catch (error) {
      if (!isApiError(error, 'Conflict', 'AlreadyExists')) log.warn({ err: error }, 'the lease could not be reached');
      return false;
    }
  }

  /**
   * Who holds the lease writes it as they wrote it last, one request for a renewal: its resourceVersion makes that fail
   * where anybody else has written it since, and only then is it read.
   */
  async #renewUnread(): Promise<boolean> {
    if (this.#seen?.spec?.holderIdentity !== this.#options.identity || !this.#isFresh()) return false;
    try {
      await this.#take(this.#seen);
      return true;
    } catch (error) {
      if (isApiError(error, 'Conflict', 'NotFound')) return false;
      throw error;
    }
  }

  async #take(lease: Lease | undefined): Promise<void> {
    const startedAt = this.#now();
    const mayHaveExpired = expiryTimer(this.#options.clock, this.#options.renewDeadlineMs);
    await this.#write(lease, this.#record(lease));
    // Counted from before the request: never longer than others count.
    [this.#renewedAt, this.#mayHaveExpired] = [startedAt, mayHaveExpired];
  }

  async #write(lease: Lease | undefined, spec: NonNullable<Lease['spec']>): Promise<void> {
    const { client, name, namespace } = this.#options;
    const body = {
      apiVersion: LEASES.apiVersion,
      kind: LEASES.kind,
      metadata: { name, namespace, resourceVersion: lease?.metadata.resourceVersion },
      spec,
    };
    this.#remember(lease ? await client.update<Lease>(LEASES, body) : await client.create<Lease>(LEASES, body));
  }

  #record(lease: Lease | undefined): NonNullable<Lease['spec']> {
    const ours = lease?.spec?.holderIdentity === this.#options.identity;
    const now = this.#microTime();
    return {
      holderIdentity: this.#options.identity,
      leaseDurationSeconds: Math.ceil(this.#options.leaseMs / 1000),
      acquireTime: ours ? (lease?.spec?.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: (lease?.spec?.leaseTransitions ?? 0) + (ours || !lease ? 0 : 1),
    };
  }

  #remember(lease: Lease | undefined): void {
    if (lease?.metadata.resourceVersion !== this.#seen?.metadata.resourceVersion) this.#seenAt = this.#now();
    this.#seen = lease;
  }

  #heldByOther(): boolean {
    const holder = this.#seen?.spec?.holderIdentity;
    return holder !== undefined && holder !== '' && holder !== this.#options.identity;
  }

  /** Not positive once another's lease has run out; a whole retry where nobody else holds it. */
  #otherExpiresIn(): number {
    if (!this.#heldByOther()) return this.#options.retryMs;
    // One more, so that it is longer than they go on.
    return this.#seenAt + (this.#seen?.spec?.leaseDurationSeconds ?? 0) * 1000 + 1 - this.#now();
  }

  #isFresh(): boolean {
    return !this.#mayHaveExpired();
  }

  #now(): number {
    return this.#options.clock.now().getTime();
  }

  #microTime(): string {
    return this.#options.clock.now().toISOString().replace('Z', '000Z');
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = () => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
