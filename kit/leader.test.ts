import { describe, expect, it } from '@jest/globals';
import { MachineClock } from '../test/support/machine-clock.ts';
import { ManualClock, settle } from '../test/support/manual-clock.ts';
import type { KubeClient } from './kube/client.ts';
import { ApiError } from './kube/errors.ts';
import { runAsLeader, type Leadership } from './leader.ts';
import { createLogger } from './log.ts';

interface Lease {
  metadata: { name: string; resourceVersion?: string };
  spec?: { holderIdentity?: string; leaseDurationSeconds?: number };
}

/** Leases of an API server, with its optimistic locking; each candidate reaches it unless it is cut off. */
class Leases {
  stored: Lease | undefined;
  version = 0;
  /** Requests so far. */
  readonly asked = { find: 0, create: 0, update: 0 };

  client(network: { down: boolean; hangs?: boolean; losesAnswers?: boolean }): KubeClient {
    const reach = async () => {
      if (network.hangs) await new Promise(() => {});
      if (network.down) throw new ApiError('Unavailable', 0, 'cut off');
    };
    const store = (lease: Lease): Lease => {
      this.version += 1;
      this.stored = { ...lease, metadata: { ...lease.metadata, resourceVersion: String(this.version) } };
      return this.stored;
    };
    return {
      find: async () => {
        this.asked.find += 1;
        await reach();
        return this.stored;
      },
      create: async (_type: unknown, lease: Lease) => {
        this.asked.create += 1;
        await reach();
        if (this.stored) throw new ApiError('AlreadyExists', 409, 'exists');
        return store(lease);
      },
      update: async (_type: unknown, lease: Lease) => {
        this.asked.update += 1;
        await reach();
        if (this.stored?.metadata.resourceVersion !== lease.metadata.resourceVersion)
          throw new ApiError('Conflict', 409, 'conflict');
        const stored = store(lease);
        if (network.losesAnswers) throw new ApiError('Unavailable', 0, 'the answer was lost');
        return stored;
      },
    } as unknown as KubeClient;
  }
}

/** Of an installation whose API server is slow. */
const PATIENT = { leaseMs: 35_000, renewDeadlineMs: 30_000, retryMs: 5_000 };

function candidate(leases: Leases, clock: ManualClock, identity: string, times: Partial<typeof PATIENT> = {}) {
  const network = { down: false, hangs: false, losesAnswers: false };
  const stop = new AbortController();
  const state = {
    network,
    stop,
    leads: false,
    leadership: undefined as Leadership | undefined,
    ended: undefined as unknown,
  };
  const options = {
    client: leases.client(network),
    name: 'l',
    namespace: 'n',
    identity,
    clock,
    log: createLogger('test', 'silent'),
    onChange: (leading: boolean) => {
      state.leads = leading;
    },
    ...times,
  };
  void runAsLeader(options, stop.signal, async (leadership) => {
    state.leadership = leadership;
    await new Promise<void>((resolve) => leadership.signal.addEventListener('abort', () => resolve(), { once: true }));
  }).then(
    () => {
      state.ended = 'released';
    },
    (error: unknown) => {
      state.ended = error;
    },
  );
  return state;
}

describe('leader election', () => {
  it('lets one lead, and the other follow at once when the first shuts down', async () => {
    const leases = new Leases();
    const clock = new ManualClock();
    const [a, b] = [candidate(leases, clock, 'a'), candidate(leases, clock, 'b')];
    await clock.advance(60_000);
    expect([a.leads, b.leads]).toEqual([true, false]);
    a.stop.abort();
    await settle();
    expect(leases.stored?.spec?.holderIdentity).toBe('');
    await clock.advance(4000);
    expect([a.ended, b.leads]).toEqual(['released', true]);
  });

  it('renews by one request each retry period, and reads nothing', async () => {
    const leases = new Leases();
    const clock = new ManualClock();
    const leader = candidate(leases, clock, 'a');
    await clock.advance(1000);
    const before = { ...leases.asked };
    await clock.advance(60_000);
    expect(leader.leads).toBe(true);
    expect(leases.asked).toEqual({ ...before, update: before.update + 30 });
  });

  it('reads the lease where it was written since, and goes on if that was itself: an answer was lost', async () => {
    const leases = new Leases();
    const clock = new ManualClock();
    const leader = candidate(leases, clock, 'a');
    await clock.advance(1000);
    leader.network.losesAnswers = true;
    await clock.advance(2000);
    leader.network.losesAnswers = false;
    const { find } = leases.asked;
    await clock.advance(60_000);
    expect([leader.leads, leases.asked.find]).toEqual([true, find + 1]);
  });

  it('does not take back by its last version a lease that went to another', async () => {
    const leases = new Leases();
    const clock = new ManualClock();
    const leader = candidate(leases, clock, 'a');
    await clock.advance(1000);
    leases.version += 1;
    leases.stored = {
      metadata: { name: 'l', resourceVersion: String(leases.version) },
      spec: { holderIdentity: 'b', leaseDurationSeconds: 15 },
    };
    await clock.advance(2000);
    expect(leases.stored.spec?.holderIdentity).toBe('b');
    expect(leader.ended).toEqual(new Error('the lease went to b'));
  });

  it('goes on through 8 s without an API server, and has lost after ten', async () => {
    const clock = new ManualClock();
    const leader = candidate(new Leases(), clock, 'a');
    await clock.advance(2_000);
    leader.network.down = true;
    await clock.advance(8_000);
    expect(leader.leads).toBe(true);
    leader.network.down = false;
    await clock.advance(2_000);
    leader.network.down = true;
    await clock.advance(9_000);
    expect(leader.leads).toBe(true);
    await clock.advance(3_000);
    expect([leader.leads, leader.ended]).toEqual([false, new Error('the lease could not be renewed for 10000 ms')]);
  });

  it('has the times that it is given: how often it renews, how long it goes on, how long others wait', async () => {
    const leases = new Leases();
    const clock = new ManualClock();
    const leader = candidate(leases, clock, 'a', PATIENT);
    await clock.advance(1_000);
    const { update } = leases.asked;
    await clock.advance(50_000);
    expect([leases.asked.update - update, leases.stored?.spec?.leaseDurationSeconds]).toEqual([10, 35]);
    leader.network.down = true;
    await clock.advance(24_000);
    expect(leader.leads).toBe(true);
    await clock.advance(7_000);
    expect([leader.leads, leader.ended]).toEqual([false, new Error('the lease could not be renewed for 30000 ms')]);
  });

  it('takes a lease that ran out when it runs out, not at the retry after it', async () => {
    const leases = new Leases();
    const clock = new ManualClock();
    const a = candidate(leases, clock, 'a');
    await clock.advance(1000);
    const b = candidate(leases, clock, 'b');
    await clock.advance(500);
    a.network.down = true;
    await clock.advance(14_000);
    expect(b.leads).toBe(false);
    await clock.advance(600);
    expect(b.leads).toBe(true);
  });

  it.each(['down', 'hangs'] as const)(
    'stops the writes of a leader whose network is %s before another starts',
    async (how) => {
      const leases = new Leases();
      const clock = new ManualClock();
      const a = candidate(leases, clock, 'a');
      await clock.advance(5000);
      const b = candidate(leases, clock, 'b');
      await clock.advance(5000);
      a.network[how] = true;
      let bothLead = false;
      let canWrite = true;
      for (let second = 0; second < 60 && !b.leads; second += 1) {
        await clock.advance(1000);
        try {
          a.leadership?.assertHeld();
          canWrite = !a.leadership?.signal.aborted;
        } catch {
          canWrite = false;
        }
        bothLead ||= b.leads && canWrite;
      }
      expect({ bothLead, canWrite, b: b.leads, ended: a.ended instanceof Error }).toEqual({
        bothLead: false,
        canWrite: false,
        b: true,
        ended: true,
      });
    },
  );

  it('refuses a write after a long sleep of the whole process, before any timer has run', async () => {
    const leases = new Leases();
    const clock = new ManualClock();
    const a = candidate(leases, clock, 'a');
    await clock.advance(1000);
    const woken = new ManualClock(new Date(clock.now().getTime() + 60_000).toISOString());
    clock.now = () => woken.now();
    expect(() => a.leadership?.assertHeld()).toThrow('no write without it');
  });

  it('does not write longer because somebody set the clock back', async () => {
    const clock = new MachineClock();
    const leader = candidate(new Leases(), clock, 'a');
    await clock.advance(0);
    clock.set(-3_600_000);
    clock.stop(9000);
    expect(() => leader.leadership!.assertHeld()).not.toThrow();
    clock.stop(1000);
    expect(() => leader.leadership!.assertHeld()).toThrow('no write without it');
  });

  it('notices that its time is up though a request hangs and the clock was set back', async () => {
    const clock = new MachineClock();
    const leader = candidate(new Leases(), clock, 'a');
    await clock.advance(0);
    clock.set(-3_600_000);
    leader.network.hangs = true;
    await clock.advance(15_000);
    expect(leader.leads).toBe(false);
  });
});
