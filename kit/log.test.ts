import { describe, expect, it } from '@jest/globals';
import { loggedError } from './log.ts';

const CANARY = 'CANARY Ada Berg';

describe('an error in the log', () => {
  it('has what a person needs to find it', () => {
    const error = Object.assign(new Error('duplicate key value violates unique constraint "orders_pkey"'), {
      code: '23505',
      table: 'orders',
      constraint: 'orders_pkey',
    });
    expect(loggedError(error)).toMatchObject({
      type: 'Error',
      message: expect.stringContaining('orders_pkey'),
      code: '23505',
      table: 'orders',
      constraint: 'orders_pkey',
      stack: expect.stringContaining('log.test.ts'),
    });
  });

  it.each<[string, unknown]>([
    ['the statement and its parameters', Object.assign(new Error('x'), { query: `'${CANARY}'`, params: [CANARY] })],
    ['a detail that quotes the row', Object.assign(new Error('x'), { detail: CANARY, where: CANARY, hint: CANARY })],
    ['a value that PostgreSQL quotes in its message', postgres(`invalid input syntax for type integer: "${CANARY}"`)],
    ['the same of several lines', postgres(`invalid input syntax for type json: "a\n${CANARY}"`)],
    ['what a cause carries', new Error('x', { cause: Object.assign(new Error('y'), { body: CANARY }) })],
  ])('has not %s', (_what, error) => {
    expect(JSON.stringify(loggedError(error))).not.toContain('CANARY');
  });

  it('ends where causes go round in a circle', () => {
    const error = new Error('x');
    error.cause = error;
    expect(JSON.stringify(loggedError(error)).length).toBeLessThan(10_000);
  });
});

function postgres(message: string): Error {
  return Object.assign(new Error(message), { severity: 'ERROR', code: '22P02' });
}
