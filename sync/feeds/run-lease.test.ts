import { describe, expect, it } from '@jest/globals';
import { MachineClock } from '../../test/support/machine-clock.ts';
import { HubRefusal, HubUnreachable } from '../hub-client.ts';
import { RunLease } from './run-lease.ts';

function leased(answer: () => Promise<void> = async () => undefined) {
  const clock = new MachineClock();
  const lease = new RunLease(clock);
  const beats: number[] = [];
  const began = clock.now().getTime();
  const stop = lease.keep(
    {
      heartbeat: async () => {
        beats.push(clock.now().getTime() - began);
        return answer();
      },
    },
    'r1',
  );
  const mayWrite = () => {
    try {
      lease.assertHeld();
      return true;
    } catch {
      return false;
    }
  };
  return { clock, lease, beats, stop, mayWrite };
}

describe('the lease of a run', () => {
  it('is renewed every third of it, and lets the run write all the while', async () => {
    const { clock, beats, mayWrite, stop } = leased();
    for (let second = 0; second < 60; second++) {
      expect(mayWrite()).toBe(true);
      await clock.advance(1000);
    }
    expect(beats).toHaveLength(8);
    stop();
    await clock.advance(60_000);
    expect(beats).toHaveLength(8);
    expect(mayWrite()).toBe(false);
  });

  it('refuses a write after a stop of the whole process, before any timer has run', async () => {
    const { clock, mayWrite, beats } = leased();
    clock.stop(25_000);
    expect(beats).toEqual([]);
    expect(mayWrite()).toBe(false);
  });

  it('refuses it too after a sleep of the machine, in which its monotonic clock stood still', () => {
    const { clock, mayWrite } = leased();
    clock.stop(25_000, true);
    expect(mayWrite()).toBe(false);
  });

  it('is not made longer by a clock that is set back', () => {
    const { clock, mayWrite } = leased();
    clock.set(-3_600_000);
    expect(mayWrite()).toBe(true);
    clock.stop(13_000);
    expect(mayWrite()).toBe(false);
  });

  it('leaves eight seconds of the twenty for the write itself', () => {
    const { clock, mayWrite } = leased();
    clock.stop(11_999);
    expect(mayWrite()).toBe(true);
    clock.stop(1);
    expect(mayWrite()).toBe(false);
  });

  it('counts from before the request that renewed it', async () => {
    const { clock, mayWrite } = leased(() => clock.sleep(5000));
    await clock.advance(6667 + 5000);
    expect(mayWrite()).toBe(true);
    clock.stop(7000);
    expect(mayWrite()).toBe(false);
  });

  it('is uncertain while the hub is away, and good again when it is back', async () => {
    let away = true;
    const { clock, mayWrite, lease } = leased(async () => {
      if (away) throw new HubUnreachable('away');
    });
    await clock.advance(13_500);
    expect(mayWrite()).toBe(false);
    expect(lease.signal.aborted).toBe(false);
    away = false;
    await clock.advance(7000);
    expect(mayWrite()).toBe(true);
  });

  it('ends the run when the hub says that another has it', async () => {
    const { clock, mayWrite, lease } = leased(async () => {
      throw new HubRefusal(409, 'LeaseLost', 'taken over');
    });
    await clock.advance(7000);
    expect(lease.signal.aborted).toBe(true);
    expect(mayWrite()).toBe(false);
  });
});
