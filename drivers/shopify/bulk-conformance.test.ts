import { describe, expect, it, jest } from '@jest/globals';
import { shopifyWire } from '../../simulator/wires/shopify.ts';
import { CASES } from '../conformance/cases/index.ts';
import { conform } from '../conformance/suite.ts';
import type { Subject } from '../conformance/world.ts';
import { shopifyWith } from './index.ts';

// As of builtin.test.ts.
jest.setTimeout(120_000);

/** Every catalogue counts as a large one: all of it is a file to wait for. */
const SUBJECT: Subject = {
  definition: shopifyWith(-1),
  wire: { ...shopifyWire, subject: { ...shopifyWire.subject, documents: true } },
};
/** Those about what comes as a file; the others are tried by builtin.test.ts. */
const READING = CASES.filter(
  ({ id, needs }) => needs.some((each) => ['products', 'stock'].includes(each)) || /^C(1|9)\./.test(id),
);
/** No total is announced, and GraphQL gives what was asked for. */
const SKIPPED: readonly string[] = ['C6.wrong-total', 'C6.new-fields'];

/** The rules that every driver keeps, for the way that is taken for large catalogues. */
describe('the driver shopify, with every catalogue as a file', () => {
  it.each(READING.map(({ id, proves }) => [id, proves]))('%s: %s', async (id) => {
    const results: (readonly [string, string])[] = [];
    for await (const result of conform(SUBJECT, { matches: (each) => each === id }))
      results.push([result.id, result.outcome === 'failed' ? result.reason : result.outcome]);
    expect(results).toEqual([[id, SKIPPED.includes(id) ? 'skipped' : 'passed']]);
  });
});
