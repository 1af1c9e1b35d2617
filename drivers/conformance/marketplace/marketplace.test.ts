import { describe, expect, it } from '@jest/globals';
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
