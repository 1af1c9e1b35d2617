import { describe, expect, it } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import { Registry } from 'prom-client';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { Limiter } from './limits.ts';

const limiter = () =>
  new Limiter(
    { key: { perSecond: 1, burst: 1 }, address: { perSecond: 1, burst: 2 } },
    new ManualClock(),
    new Registry(),
  );
const request = (key: string) =>
  ({ ip: '192.0.2.1', headers: { authorization: `Bearer ${key}` }, params: {} }) as unknown as FastifyRequest;

/** Requests that come while nobody has been answered yet, and what became of each. */
async function atOnce(count: number, answer: () => Promise<string>) {
  const [door, key] = [limiter(), request('k')];
  let open = () => {};
  const slow = new Promise<void>((resolve) => (open = resolve));
  const all = Array.from({ length: count }, () => door.atDoor(key, () => slow.then(answer)));
  open();
  return (await Promise.allSettled(all)).map((one) =>
    one.status === 'fulfilled' ? one.value : (one.reason as Error).message,
  );
}

describe('the limit of an address', () => {
  it('does not refuse many that come at once with a good key, before the first of them is answered', async () => {
    expect(await atOnce(10, async () => 'in')).toEqual(Array.from({ length: 10 }, () => 'in'));
  });

  it('refuses those that come at once with a bad one', async () => {
    const answers = await atOnce(10, () => Promise.reject(new Error('no')));
    expect(answers.filter((one) => one === 'no').length).toBeLessThanOrEqual(2);
    expect(answers.filter((one) => one.startsWith('too many requests'))).toHaveLength(8);
  });
});
