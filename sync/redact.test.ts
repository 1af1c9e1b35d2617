import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { redacted } from './redact.ts';

describe('a redacted payload', () => {
  it('keeps what tells why a record could not be read', () => {
    const order = {
      id: 7,
      code: 'T-1',
      state: 'PaymentSettled',
      total: 1250,
      currency: 'EUR',
      updatedAt: '2026-01-01T00:00:00Z',
      lines: [{ sku: 'A', quantity: null, productVariantName: 'Shirt' }],
    };
    expect(JSON.parse(redacted(order))).toEqual(order);
  });

  it('loses everything about a person, however deep', () => {
    const text = redacted({
      id: 1,
      customer: { id: 'c9', firstName: 'Ada', tags: ['vip Lovelace'] },
      shippingAddress: { fullName: 'Ada Lovelace', streetLine1: 'Road 1', postalCode: 'N1', phoneNumber: 44123 },
      note: 'ring twice',
      payments: [{ metadata: { payer: 'ada@example.org' } }],
    });
    for (const secret of ['Ada', 'Lovelace', 'Road', 'N1', '44123', 'ring', 'ada@', 'c9'])
      expect(text).not.toContain(secret);
    expect(JSON.parse(text)).toMatchObject({ id: 1, customer: { firstName: '<text of 3>' } });
  });

  it('loses the value of every personal field, whatever it is', () => {
    const field = fc.constantFrom(
      'email',
      'customerEmail',
      'lastName',
      'phone',
      'street',
      'postal_code',
      'company',
      'access_token',
      'password',
      'note',
    );
    fc.assert(
      fc.property(field, fc.string({ minLength: 8, unit: fc.constantFrom(...'QXZJKVW') }), (name, secret) => {
        expect(redacted({ a: [{ [name]: { deep: [secret] } }] })).not.toContain(secret);
      }),
    );
  });

  it('stays below 16 kB and never throws', () => {
    expect(
      redacted({ lines: Array.from({ length: 5000 }, (_, index) => ({ sku: `S${index}`.repeat(20) })) }).length,
    ).toBeLessThanOrEqual(16_000);
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(() => redacted(loop)).not.toThrow();
    expect(redacted(10n)).toContain('cannot be written');
    expect(redacted(undefined)).toBe('null');
  });
});
