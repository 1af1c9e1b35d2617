import { z } from 'zod';
import type { MedusaAdmin } from './admin.ts';
import { address, type Seeded } from './seed.ts';

const order = z.object({
  order: z.looseObject({
    id: z.string(),
    display_id: z.int(),
    total: z.number(),
    status: z.string(),
    payment_status: z.string(),
    fulfillment_status: z.string(),
    items: z.array(z.looseObject({ id: z.string(), variant_sku: z.string() })),
    payment_collections: z.array(z.looseObject({ payments: z.array(z.looseObject({ id: z.string() })).optional() })),
    fulfillments: z
      .array(
        z.looseObject({
          id: z.string(),
          location_id: z.string().nullish(),
          shipped_at: z.string().nullish(),
          labels: z.array(z.looseObject({ tracking_number: z.string(), tracking_url: z.string() })).optional(),
        }),
      )
      .optional(),
  }),
});
export type StoreOrder = z.infer<typeof order>['order'];

export const orderOf = async (admin: MedusaAdmin, id: string): Promise<StoreOrder> =>
  (
    await admin.call(
      'GET',
      `/orders/${id}?fields=%2Bpayment_status,%2Bfulfillment_status,*fulfillments,*fulfillments.labels`,
      order,
    )
  ).order;

/** An order as staff take it by phone. */
export async function placeOrder(
  admin: MedusaAdmin,
  { regionId, channelId, shippingOptionId }: Seeded,
  lines: Readonly<Record<string, number>>,
): Promise<StoreOrder> {
  const variants = await admin.idsBy('/product-variants', 'variants', 'sku');
  const draft = await admin.call(
    'POST',
    '/draft-orders',
    z.object({ draft_order: z.looseObject({ id: z.string() }) }),
    {
      ...{ email: 'ada@buyers.example', region_id: regionId, sales_channel_id: channelId },
      ...{ shipping_address: address, billing_address: address },
      items: Object.entries(lines).map(([sku, quantity]) => ({ variant_id: variants.get(sku), quantity })),
      shipping_methods: [{ shipping_option_id: shippingOptionId, name: 'Standard', amount: 4.9 }],
    },
  );
  await admin.do('POST', `/draft-orders/${draft.draft_order.id}/convert-to-order`);
  return orderOf(admin, draft.draft_order.id);
}

export async function payOrder(admin: MedusaAdmin, { id, total }: StoreOrder): Promise<void> {
  const made = z.object({ payment_collection: z.looseObject({ id: z.string() }) });
  const { payment_collection: collection } = await admin.call('POST', '/payment-collections', made, {
    ...{ order_id: id, amount: total },
  });
  await admin.do('POST', `/payment-collections/${collection.id}/mark-as-paid`, { order_id: id });
}

/** A piece comes back to a location: asked for, and received. */
export async function returnPiece(
  admin: MedusaAdmin,
  orderId: string,
  itemId: string,
  locationId: string,
): Promise<void> {
  const begun = z.object({ return: z.looseObject({ id: z.string() }) });
  const { return: back } = await admin.call('POST', '/returns', begun, { order_id: orderId, location_id: locationId });
  const items = [{ id: itemId, quantity: 1 }];
  await admin.do('POST', `/returns/${back.id}/request-items`, { items });
  await admin.do('POST', `/returns/${back.id}/request`);
  await admin.do('POST', `/returns/${back.id}/receive`);
  await admin.do('POST', `/returns/${back.id}/receive-items`, { items });
  await admin.do('POST', `/returns/${back.id}/receive/confirm`);
}
