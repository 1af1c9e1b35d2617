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
      lines: [{ sku: 'A', quantity: null, unit_price: '12.50', taxRate: 20, gift: false }],
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

  it('loses what plug-ins and platforms put anywhere', () => {
    const canaries = {
      buyer: 'CANARY1',
      consignee: { first: 'CANARY2', last: 'CANARY3' },
      dob: 'CANARY4',
      line1: 'CANARY5',
      gift: { text: 'CANARY6' },
      properties: { Engraving: 'CANARY7' },
      metafields: [{ key: 'k', value: 'CANARY8' }],
      order_status_url: 'https://shop.example/o?key=CANARY9',
      line_items: [{ custom: 'CANARY10', title: 'CANARY11', phone: { number: 'CANARY12' } }],
      'CANARY13 Berg': 1,
      phone: { number: 4_412_345, code: '0044' },
    };
    const text = redacted(canaries);
    expect(text).not.toMatch(/CANARY|4412345|0044/);
  });

  it('has no text that stands in any field but those that are known to be harmless', () => {
    const kept = ['id', 'sku', 'code', 'number', 'status', 'state', 'type', 'kind', 'currency'];
    const name = fc
      .string({ minLength: 1, maxLength: 12 })
      .filter((field) => !kept.includes(field.toLowerCase().replaceAll(/[_-]/g, '')));
    const secret = fc.string({ minLength: 8, maxLength: 40, unit: fc.constantFrom(...'QXZJKVW') });
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), secret, fc.boolean(), (path, value, inList) => {
        const payload = path.reduceRight<unknown>((inner, field) => ({ [field]: inList ? [inner] : inner }), value);
        expect(redacted(payload)).not.toContain(value);
      }),
      { numRuns: 2000 },
    );
  });

  it('has no words in a field of codes: a person who was put there is not kept', () => {
    for (const field of ['sku', 'status', 'number', 'currency', 'type', 'id'])
      for (const text of ['CANARY Ada Berg', 'CANARY@buyers.example', 'CANARY, Street 27', 'CANÄRY\nÅsa'])
        expect(redacted({ order: { [field]: text } })).not.toMatch(/CAN.RY/);
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
