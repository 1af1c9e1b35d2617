import { z } from 'zod';
import { minorUnits } from '../../model/money.ts';
import { Refused } from '../desk/refused.ts';
import type { Desk, Route, WireAnswer } from '../desk/wire.ts';
import { correctParcel, setLevel, setPrice, ship } from '../shop/writes.ts';
import { parseBody } from './body.ts';
import { parcelJson } from './generic-words.ts';

const stockBody = z.object({
  levels: z
    .array(
      z.object({
        key: z.string().optional(),
        variant_id: z.string(),
        location_id: z.string(),
        quantity: z.int(),
        expected: z.int().optional(),
      }),
    )
    .max(500),
});
const priceBody = z.object({
  prices: z
    .array(
      z.object({
        key: z.string().optional(),
        variant_id: z.string(),
        price: z.string(),
        compare_at_price: z.string().optional(),
        currency: z.string(),
        includes_tax: z.boolean(),
      }),
    )
    .max(500),
});
const numbersBody = z.object({
  carrier: z.string().optional(),
  service: z.string().optional(),
  tracking_code: z.string().optional(),
  tracking_codes: z.array(z.string()).min(1).optional(),
  tracking_url: z.string().optional(),
  return_tracking_code: z.string().optional(),
});
const shipmentBody = numbersBody.extend({
  reference: z.string().optional(),
  parcel: z.int().optional(),
  shipped_at: z.string().optional(),
  completes: z.boolean().optional(),
  location_id: z.string().optional(),
  lines: z.array(z.object({ line_id: z.string(), quantity: z.int().min(1) })).min(1),
});

/** What the generic API takes: levels, prices and shipments. */
export function writes(desk: Desk): Route[] {
  return [
    {
      method: 'POST',
      path: /^\/stock$/,
      writes: true,
      answer: (call) => {
        call.demand('stock:write');
        return { status: 200, json: setLevels(desk, levelsOf(call.json())) };
      },
    },
    {
      method: 'POST',
      path: /^\/prices$/,
      writes: true,
      answer: (call) => {
        call.demand('prices:write');
        return { status: 200, json: setPrices(desk, call.json()) };
      },
    },
    {
      method: 'POST',
      path: /^\/orders\/([^/]+)\/shipments$/,
      writes: true,
      answer: (call) => {
        call.demand('shipments:write');
        return addShipment(desk, call.part, call.json());
      },
    },
    {
      method: 'PATCH',
      path: /^\/orders\/([^/]+\/shipments\/[^/]+)$/,
      writes: true,
      answer: (call) => {
        call.demand('shipments:write');
        return correctShipment(desk, call.part, call.json());
      },
    },
  ];
}

/** The levels that a caller sent. Throws `Refused`, invalid. */
export const levelsOf = (body: unknown): Levels => parseBody(stockBody, body).levels;
type Levels = z.infer<typeof stockBody>['levels'];

/** Each level by itself: an answer of its own for every one. */
export function setLevels(desk: Desk, levels: Levels): unknown {
  return {
    results: levels.map(({ variant_id, location_id, ...asked }) => {
      const { onHand, ...outcome } = setLevel({ variantId: variant_id, locationId: location_id, ...asked }, desk);
      return { variant_id, location_id, ...outcome, ...(onHand === undefined ? {} : { on_hand: onHand }) };
    }),
  };
}

/** This shop keeps gross prices. */
function setPrices(desk: Desk, body: unknown): unknown {
  return {
    results: parseBody(priceBody, body).prices.map(
      ({ key, variant_id, price, compare_at_price, currency, includes_tax }) => {
        const [amount, compared] = [
          minorUnits(price, currency),
          compare_at_price === undefined ? undefined : minorUnits(compare_at_price, currency),
        ];
        if (amount === undefined) return { variant_id, status: 'refused', message: 'the price is no amount' };
        if (!includes_tax) return { variant_id, status: 'refused', message: 'prices of this shop include tax' };
        return {
          variant_id,
          ...setPrice({ variantId: variant_id, price: amount, comparePrice: compared, currency, key }, desk),
        };
      },
    ),
  };
}

const numbersOf = (numbers: z.infer<typeof numbersBody>) => ({
  carrier: numbers.carrier,
  service: numbers.service,
  trackingCode: numbers.tracking_code,
  trackingCodes: numbers.tracking_codes,
  trackingUrl: numbers.tracking_url,
  returnTrackingCode: numbers.return_tracking_code,
});

/** `part` is `ORDER/shipments/PARCEL`. */
function correctShipment(desk: Desk, part: string, body: unknown): WireAnswer {
  const [orderId, , parcelId] = part.split('/') as [string, string, string];
  const parcel = correctParcel(orderId, parcelId, numbersOf(parseBody(numbersBody, body)), desk);
  if (!parcel) throw new Refused('missing', 'there is no such parcel');
  desk.hooks.tell({ type: 'order.updated', id: orderId });
  return { status: 200, json: parcelJson(parcel) };
}

function addShipment(desk: Desk, orderId: string, body: unknown): WireAnswer {
  const { reference, parcel, shipped_at, completes, location_id, lines, ...numbers } = parseBody(shipmentBody, body);
  const outcome = ship(
    orderId,
    {
      reference,
      ...numbersOf(numbers),
      number: parcel,
      shippedAt: shipped_at,
      completes,
      locationId: location_id,
      lines: lines.map(({ line_id, quantity }) => ({ lineId: line_id, quantity })),
    },
    desk,
  );
  switch (outcome.status) {
    case 'unknown order':
      throw new Refused('missing', 'there is no such order');
    case 'cancelled':
      throw new Refused('conflict', 'the order is cancelled');
    case 'unknown line':
      return { status: 422, json: { error: 'unknown_line', message: 'the order has no such line' } };
    case 'too many':
      return { status: 422, json: { error: 'too_many', message: 'the order has not so many open' } };
    case 'shipped':
      desk.hooks.tell({ type: 'order.updated', id: orderId });
      return { status: 201, json: parcelJson(outcome.parcel) };
  }
}
