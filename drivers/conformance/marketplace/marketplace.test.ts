import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../kit/clock.ts';
import { SimulatedShop } from '../../../simulator/simulated-shop.ts';
import { marketplaceWire } from '../../../simulator/wires/marketplace.ts';
import { CASES } from '../cases/index.ts';
import { conform, type CaseResult } from '../suite.ts';
import { marketplace } from './index.ts';

async function outcome(id: string): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  const subject = { definition: marketplace, wire: marketplaceWire };
  for await (const result of conform(subject, { matches: (each) => each === id })) results.push(result);
  return results;
}

/** Queue, tickets and documents to wait for. */
describe('the driver of a marketplace', () => {
  it.each(CASES.map(({ id, proves }) => [id, proves]))('%s: %s', async (id) => {
    const results = await outcome(id);
    expect(results.map((result) => [result.id, result.outcome === 'failed' ? result.reason : 'kept'])).toEqual([
      [id, 'kept'],
    ]);
  });
});

it('the marketplace refuses a body that is none when it comes, not when it carries it out', () => {
  const shop = new SimulatedShop({ wire: marketplaceWire, clock: systemClock, apiKey: 'key', products: 1 });
  const headers = { authorization: 'Bearer key' };
  const answer = shop.handle({ method: 'POST', path: '/stock', headers, body: '{"levels":"none"}' });
  expect(answer.status).toBe(400);
  expect(() => shop.tick(10)).not.toThrow();
});
