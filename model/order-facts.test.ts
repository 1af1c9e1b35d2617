import { describe, expect, it } from '@jest/globals';
import { CUSTOM_BOUNDS, creditLinesOf, factsOf, lineFactsOf, lineKinds, standingOf } from './order-facts.ts';
import type { OrderLineRecord, OrderRecord } from './records.ts';

const order = (parts: Partial<OrderRecord>): OrderRecord => ({ deliveries: undefined, ...parts }) as OrderRecord;
const facts = (parts: Partial<OrderRecord>) => JSON.parse(factsOf(order(parts)) ?? '{}') as Record<string, unknown>;
const line = (id: string, parts: Partial<OrderLineRecord> = {}) => ({ id, ...parts }) as OrderLineRecord;

describe('what few orders have', () => {
  it('costs nothing where there is none of it, nor where it says what every order is', () => {
    expect(factsOf(order({}))).toBeUndefined();
    expect(factsOf(order({ paymentTerms: 'Prepaid', fulfilledBy: 'Merchant', custom: {}, taxes: [] }))).toBeUndefined();
    expect(standingOf(order({ payments: [] }))).toBeUndefined();
    expect(lineFactsOf(line('1'))).toBeUndefined();
  });

  it('is the same whatever the sequence in which the shop names it', () => {
    const one = order({ custom: { b: '2', a: '1' }, references: { y: '2', x: '1' }, channel: 'web' });
    const other = order({ channel: 'web', references: { x: '1', y: '2' }, custom: { a: '1', b: '2' } });
    expect(factsOf(one)).toBe(factsOf(other));
  });

  it('is kept within bounds, and says what was cut', () => {
    const long = 'ü'.repeat(400);
    expect(facts({ custom: { note: long, ok: 'yes' } })).toEqual({
      custom: { note: 'ü'.repeat(CUSTOM_BOUNDS.value / 2), ok: 'yes' },
      customCut: ['note'],
    });
    const many = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [`f${String(index).padStart(2, '0')}`, 'x']),
    );
    const { custom, customCut } = facts({ custom: many }) as { custom: object; customCut: string[] };
    expect(Object.keys(custom)).toHaveLength(CUSTOM_BOUNDS.fields);
    expect(customCut).toEqual(['f50', 'f51', 'f52', 'f53', 'f54', 'f55', 'f56', 'f57', 'f58', 'f59']);
    const heavy = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`h${index}`, 'x'.repeat(500)]));
    expect(Buffer.byteLength(factsOf(order({ custom: heavy }))!)).toBeLessThan(10_000);
    expect(facts({ custom: { ['n'.repeat(100)]: 'x' } })).toEqual({ customCut: ['n'.repeat(64)] });
  });

  it('never ends in half a character', () => {
    const { custom } = facts({ custom: { note: 'x' + '山'.repeat(400) } }) as { custom: { note: string } };
    expect(custom.note).toBe('x' + '山'.repeat(166));
  });

  it('holds nothing that the database cannot: neither NUL nor half a surrogate pair', () => {
    expect(facts({ giftMessage: 'a\0b\ud800c \\u0000 🙂', channel: '\\' })).toEqual({
      giftMessage: 'abc \\u0000 🙂',
      channel: '\\',
    });
  });

  it('takes a map whose keys are words of the language', () => {
    expect(facts({ custom: JSON.parse('{"__proto__":"x","constructor":"y"}') as Record<string, string> })).toEqual(
      JSON.parse('{"custom":{"__proto__":"x","constructor":"y"}}'),
    );
  });

  it.each([
    ['4111 1111 1111 1111', undefined],
    ['5555555555554444', undefined],
    ['8515131751004933', '8515131751004933'],
    ['4111111111111112', '4111111111111112'],
    ['pi_3MtwBwLkdIwHu7ix', 'pi_3MtwBwLkdIwHu7ix'],
  ])('never keeps a card number for the number of a transaction (%s)', (reference, kept) => {
    const payments = [{ method: 'card', amount: 1, state: 'Paid' as const, reference }];
    const standing = JSON.parse(standingOf(order({ payments }))!) as { payments: { reference?: string }[] };
    expect(standing.payments[0]!.reference).toBe(kept);
  });

  it('calls one delivery no several', () => {
    const delivery = { id: 'd', address: {} };
    expect(facts({ deliveries: [delivery] })).toEqual({});
    expect(facts({ deliveries: [delivery, { ...delivery, id: 'e' }] })).toMatchObject({ deliveries: [{}, {}] });
  });
});

describe('lines', () => {
  it('that others name as their parent are bundles', () => {
    expect(lineKinds([line('1'), line('2', { parentId: '1' }), line('3', { kind: 'Fee' }), line('4')])).toEqual([
      'Bundle',
      'Goods',
      'Fee',
      'Goods',
    ]);
  });

  it('of a credit are a list', () => {
    expect(JSON.parse(creditLinesOf({ id: 'r', at: '', lines: [] }))).toEqual([]);
    expect(JSON.parse(creditLinesOf({ id: 'r', at: '', lines: [{ lineId: '1', quantity: 2 }] }))).toEqual([
      { lineId: '1', quantity: 2 },
    ]);
  });
});
