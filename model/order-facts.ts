import { jsonText } from './no-number.ts';
import type { Address, CreditRecord, LineKind, OrderLineRecord, OrderRecord } from './records.ts';

/*
 * What few orders have, as JSON: one column each for the order's content, for what follows the shop after export, and
 * for a line's own. An order that has nothing of it costs a NULL. Keys stand in a fixed sequence, so that the same
 * order always has the same hash.
 */

/** Of a map of the platform's own fields, in bytes of UTF-8 where not said otherwise. */
export const CUSTOM_BOUNDS = { fields: 50, name: 64, value: 500, all: 8192 } as const;
const REFERENCE_BOUNDS = { fields: 20, name: 64, value: 200, all: 4096 } as const;
/** Of payments, taxes, discounts and deliveries. */
const MOST_ENTRIES = 100;

type Json = Readonly<Record<string, unknown>>;

/** Content, as it was exported: terms, dates, gift message, pick-up point, deliveries, taxes, references. */
export function factsOf(order: OrderRecord): string | undefined {
  const { references, custom, deliveries, pickupPoint } = order;
  const bounded = custom && bound(custom, CUSTOM_BOUNDS);
  return json({
    paymentTerms: order.paymentTerms === 'Prepaid' ? undefined : order.paymentTerms,
    test: order.test,
    fulfilledBy: order.fulfilledBy === 'Merchant' ? undefined : order.fulfilledBy,
    channel: order.channel,
    references: references && nonEmpty(bound(references, REFERENCE_BOUNDS).kept),
    shipBy: order.shipBy,
    deliverBy: order.deliverBy,
    giftMessage: order.giftMessage,
    pickupPoint: pickupPoint && {
      id: pickupPoint.id,
      name: pickupPoint.name,
      carrier: pickupPoint.carrier,
      address: pickupPoint.address && addressOf(pickupPoint.address),
    },
    deliveries: several(order)
      ? list(deliveries, ({ id, address, methodCode, methodName, locationId }) => ({
          id,
          address: addressOf(address),
          methodCode,
          methodName,
          locationId,
        }))
      : undefined,
    taxes: list(order.taxes, ({ rate, amount, title }) => ({ rate, amount, title })),
    discounts: list(order.discounts, ({ code, amount }) => ({ code, amount })),
    custom: bounded && nonEmpty(bounded.kept),
    customCut: bounded && bounded.cut.length > 0 ? bounded.cut : undefined,
  });
}

/** What follows the shop, exported or not: payments and their sums, why the shop holds it. */
export function standingOf(order: OrderRecord): string | undefined {
  const { hold } = order;
  return json({
    hold: hold && { reason: hold.reason.slice(0, 64), message: hold.message.slice(0, 500) },
    paidTotal: order.paidTotal,
    refundedTotal: order.refundedTotal,
    payments: list(order.payments, ({ method, amount, state, reference }) => ({
      method,
      amount,
      state,
      reference: reference === undefined || looksLikeACard(reference) ? undefined : reference.slice(0, 200),
    })),
  });
}

/** Of a line. */
export function lineFactsOf({ parentId, deliveryId, custom }: OrderLineRecord): string | undefined {
  if (parentId === undefined && deliveryId === undefined && custom === undefined) return undefined;
  const bounded = custom && bound(custom, CUSTOM_BOUNDS);
  return json({
    parentId,
    deliveryId,
    custom: bounded && nonEmpty(bounded.kept),
    customCut: bounded && bounded.cut.length > 0 ? bounded.cut : undefined,
  });
}

/** Of a refund, return or cancellation. */
export const creditLinesOf = ({ lines }: CreditRecord): string =>
  json({ lines: lines.map(({ lineId, quantity, amount }) => ({ lineId, quantity, amount })) })!.slice(
    '{"lines":'.length,
    -1,
  );

/** Whether it goes to more than one address. One that is listed alone is the `shippingAddress`. */
export const several = ({ deliveries }: OrderRecord): boolean => (deliveries?.length ?? 0) > 1;

/** The kinds of an order's lines, in their sequence: a line that others call their parent is what holds them. */
export function lineKinds(lines: readonly OrderLineRecord[]): readonly LineKind[] {
  const parents = new Set<string>();
  for (const { parentId } of lines) if (parentId !== undefined) parents.add(parentId);
  return lines.map(({ id, kind = 'Goods' }) => (parents.size > 0 && parents.has(id) ? 'Bundle' : kind));
}

/**
 * A careless shop may put a card's number where the transaction's belongs: digits of a card's length and first digit
 * whose check digit is right are left out.
 */
function looksLikeACard(text: string): boolean {
  if (!/^[3-6][\d -]{11,22}$/.test(text)) return false;
  const digits = [...text.replaceAll(/\D/g, '')].reverse().map(Number);
  const sum = digits.reduce(
    (total, digit, index) => total + (index % 2 === 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0)),
    0,
  );
  return digits.length >= 13 && digits.length <= 19 && sum % 10 === 0;
}

/** Undefined where nothing is in it. */
function json(object: Json): string | undefined {
  const text = jsonText(object);
  return text === '{}' ? undefined : storable(text);
}

/** PostgreSQL's JSON holds neither NUL nor half a surrogate pair. */
function storable(text: string): string {
  if (!text.includes('\\u')) return text;
  return text.replaceAll(/\\(?:\\|u0000|ud[89a-f][0-9a-f]{2})/g, (found) => (found === '\\\\' ? found : ''));
}

function list<T>(entries: readonly T[] | undefined, map: (entry: T) => Json): Json[] | undefined {
  return entries === undefined || entries.length === 0 ? undefined : entries.slice(0, MOST_ENTRIES).map(map);
}

const addressOf = ({ name, company, street1, street2, city, region, postalCode, country, phone }: Address): Json => ({
  name,
  company,
  street1,
  street2,
  city,
  region,
  postalCode,
  country,
  phone,
});

const nonEmpty = (map: Json): Json | undefined => (Object.keys(map).length === 0 ? undefined : map);

interface Bounded {
  readonly kept: Readonly<Record<string, string>>;
  /** Names of what was shortened or left out. */
  readonly cut: readonly string[];
}

/** In order of names, so that a platform's own sequence is no change. */
function bound(
  map: Readonly<Record<string, string>>,
  { fields, name, value, all }: Readonly<Record<'fields' | 'name' | 'value' | 'all', number>>,
): Bounded {
  const kept: [string, string][] = [];
  const cut: string[] = [];
  let bytes = 0;
  for (const key of Object.keys(map).sort()) {
    const [short, text] = [shortened(key, name), shortened(map[key]!, value)];
    const size = Buffer.byteLength(short) + Buffer.byteLength(text);
    const fits = short === key && kept.length < fields && bytes + size <= all;
    if (fits) {
      kept.push([key, text]);
      bytes += size;
    }
    if ((!fits || text !== map[key]) && cut.length < fields) cut.push(short);
  }
  return { kept: Object.fromEntries(kept), cut };
}

/** At most so many bytes, never half a character. */
function shortened(text: string, most: number): string {
  if (text.length * 3 <= most || Buffer.byteLength(text) <= most) return text;
  return new TextDecoder().decode(Buffer.from(text).subarray(0, most), { stream: true });
}
