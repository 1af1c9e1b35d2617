import { hash } from 'node:crypto';
import type { CopyValue } from './copy.ts';
import type { Address, OrderRecord } from './records.ts';

/** Placeholders that a store puts in the place of a person are nobody's name. */
export function withoutPerson(order: OrderRecord): OrderRecord {
  return {
    ...order,
    customerId: undefined,
    customerEmail: undefined,
    customerName: undefined,
    customerPhone: undefined,
    note: undefined,
    giftMessage: undefined,
    custom: undefined,
    references: undefined,
    deliveries: undefined,
    pickupPoint: order.pickupPoint && { ...order.pickupPoint, address: undefined },
    shippingAddress: {},
    billingAddress: {},
  };
}

/** In the order of the columns. */
export function addressValues(address: Address): CopyValue[] {
  return [
    address.name,
    address.company,
    address.street1,
    address.street2,
    address.city,
    address.region,
    address.postalCode,
    address.country,
    address.phone,
  ];
}

/**
 * md5 because it is the cheapest digest that fits PostgreSQL's uuid (16 bytes); it guards against change, not malice.
 */
export function md5(bytes: Buffer): string {
  return hash('md5', bytes, 'hex');
}

/** "+02:00" as 120. A time in UTC has no offset to keep. */
export function offsetMinutes(time: string | undefined): number | undefined {
  const match = time ? /([+-])(\d\d):(\d\d)$/.exec(time) : null;
  if (!match) return time ? 0 : undefined;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === '-' ? -minutes : minutes;
}
