import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { DriverError } from '../contract/index.ts';
import { orderPayload } from './order-payload.ts';
import { expectPayload } from './payload.ts';

function complaintOf(schema: z.ZodType, value: unknown): string {
  try {
    expectPayload(schema, value, 'order 17');
  } catch (error) {
    expect(error).toBeInstanceOf(DriverError);
    expect((error as DriverError).details).toMatchObject({ behaviour: 'retry', reason: 'UnexpectedPayload' });
    return (error as DriverError).message;
  }
  throw new Error('nothing was wrong');
}

describe('a payload that does not fit', () => {
  const schema = z.object({
    lines: z.array(z.object({ quantity: z.int() })),
    customer: z.object({ emailAddress: z.string() }).nullish(),
  });

  it('is named with its field and what kind of value stands there', () => {
    expect(complaintOf(schema, { lines: [{ quantity: 1 }, { quantity: 'two' }] })).toMatch(
      /^order 17: lines\.1\.quantity is text of 3 characters: /,
    );
    expect(complaintOf(schema, {})).toMatch(/^order 17: lines is missing: /);
    expect(complaintOf(schema, 'soup')).toMatch(/^order 17: the answer is text of 4 characters: /);
    expect(complaintOf(schema, { lines: [{ quantity: { amount: 2 } }] })).toContain('lines.0.quantity is an object');
  });

  it('is told without its text, which may be a person’s in any field', () => {
    expect(complaintOf(schema, { lines: 'Ada Berg' })).not.toContain('Ada');
    expect(complaintOf(schema, { lines: [{ quantity: 'Ada Berg' }] })).not.toContain('Ada');
  });

  it('never shows personal data', () => {
    expect(complaintOf(schema, { lines: [], customer: { emailAddress: { typed: 'ada@example.com' } } })).not.toContain(
      'ada',
    );
    expect(complaintOf(schema, { lines: [], customer: 'Ada' })).not.toContain('Ada');
    for (const part of ['shippingAddress', 'billingAddress'])
      expect(
        complaintOf(orderPayload.pick({ shippingAddress: true, billingAddress: true }), { [part]: { city: 4711 } }),
      ).not.toContain('4711');
  });
});
