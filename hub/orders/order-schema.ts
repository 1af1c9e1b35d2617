import { z } from 'zod';
import { creditSchema } from './credit-view.ts';
import { paymentSchema } from './payment-view.ts';

const address = z.object({
  name: z.string().nullable(),
  company: z.string().nullable(),
  street1: z.string().nullable(),
  street2: z.string().nullable(),
  city: z.string().nullable(),
  region: z.string().nullable(),
  postalCode: z.string().nullable(),
  country: z.string().nullable(),
  phone: z.string().nullable(),
});

const custom = z
  .record(z.string(), z.string())
  .meta({ description: "The shop's own fields, as text: 50 at most, 500 bytes each, 8 KiB in all." });
const customCut = z
  .array(z.string())
  .meta({ description: 'Names of fields of the shop that were shortened or left out for these bounds.' });

export const orderLineView = z.object({
  id: z.string(),
  kind: z
    .enum(['Goods', 'Digital', 'GiftCard', 'Fee', 'Discount', 'Bundle'])
    .meta({
      description:
        'Only Goods are packed and shipped; the others complete with the order. Bundle: what the buyer sees; the lines that name it as `parentId` are packed.',
    }),
  /** The catalogue's SKU; an alias is already translated. */
  sku: z.string().meta({ description: 'SKU of the catalogue. May be empty where `kind` is not Goods.' }),
  orderedSku: z.string().meta({ description: 'SKU as the order names it.' }),
  title: z.string().nullable(),
  quantity: z.number(),
  cancelledQuantity: z.number(),
  fulfilledQuantity: z.number(),
  unitPrice: z.number().meta({ description: 'Gross, in minor units of the currency.' }),
  total: z.number().meta({ description: 'Gross, after discounts; below zero on a line of kind Discount.' }),
  taxRate: z.number(),
  taxAmount: z.number(),
  discountAmount: z.number(),
  parentId: z.string().nullable().meta({ description: 'The line of the bundle that this one is a part of.' }),
  deliveryId: z.string().nullable().meta({ description: 'Which of `deliveries` it goes with.' }),
  custom,
  customCut,
  components: z
    .array(z.object({ sku: z.string(), quantity: z.number() }))
    .meta({ description: 'Of a kit: the pieces of each component, for the whole line. Empty: no kit.' }),
  promotional: z
    .boolean()
    .meta({ description: 'No goods, nothing to ship: a `kind` other than Goods, or a promotional code of the Store.' }),
});

export const shipmentView = z.object({
  id: z.string(),
  carrier: z.string().nullable(),
  parcel: z.number().meta({ description: 'Which of the order it is: 1, 2, …' }),
  shippedAt: z.string().meta({ description: 'When it left the warehouse.' }),
  completes: z.boolean().meta({ description: 'Nothing of the order is open after it.' }),
  service: z.string().nullable(),
  trackingCode: z.string().nullable().meta({ description: 'The first of trackingCodes.' }),
  trackingCodes: z.array(z.string()).meta({ description: 'All tracking numbers of the parcel.' }),
  trackingUrl: z.string().nullable(),
  returnTrackingCode: z.string().nullable(),
  location: z.string().nullable().meta({ description: 'The warehouse that shipped it.' }),
  lines: z
    .array(z.object({ lineId: z.string(), quantity: z.number() }))
    .nullable()
    .meta({
      description:
        'What the store is told. Empty: parts of a kit alone, which go to the store once the kit is complete.',
    }),
  components: z
    .array(z.object({ lineId: z.string(), sku: z.string(), quantity: z.number() }))
    .meta({ description: 'Pieces of kits in the parcel.' }),
  createdAt: z.string(),
  confirmedAt: z
    .string()
    .nullable()
    .meta({ description: 'When the store had it; after a correction null, until it has that.' }),
  correctedAt: z.string().nullable().meta({ description: 'When its numbers were last corrected.' }),
  takenBackAt: z.string().nullable().meta({ description: 'When the shop took it back: what was in it is open again.' }),
  refusal: z
    .object({ reason: z.string(), message: z.string() })
    .nullable()
    .meta({ description: 'Why the store refuses it, or its correction.' }),
});

const pickupPoint = z.object({
  id: z.string(),
  name: z.string().nullable(),
  carrier: z.string().nullable(),
  address: address.nullable(),
});

/** What a change after export can change, beside lines, addresses and totals. */
const changeable = {
  shipBy: z.string().nullable().meta({ description: 'The latest time at which it must leave the house.' }),
  deliverBy: z.string().nullable().meta({ description: 'The latest time at which it must be with the buyer.' }),
  giftMessage: z.string().nullable().meta({ description: 'To be put into the parcel.' }),
  pickupPoint: pickupPoint
    .nullable()
    .meta({ description: 'Where the parcel is handed to the buyer in place of the shipping address.' }),
  deliveries: z
    .array(
      z.object({
        id: z.string(),
        address,
        methodCode: z.string().nullable(),
        methodName: z.string().nullable(),
        locationId: z.string().nullable(),
      }),
    )
    .meta({ description: 'Of an order that goes to several addresses: all of them. Empty: `shippingAddress` alone.' }),
};

/** What few orders have. */
const facts = {
  test: z.boolean(),
  hold: z
    .object({ reason: z.string(), message: z.string() })
    .nullable()
    .meta({ description: 'Why the shop holds it back, in its own words. It follows the shop.' }),
  fulfilledBy: z.enum(['Merchant', 'Platform']),
  channel: z.string().nullable().meta({ description: 'Marketplace, site or store view that it came by.' }),
  references: z
    .record(z.string(), z.string())
    .meta({ description: "Other numbers of the order: the buyer's own, the marketplace's." }),
  ...changeable,
  taxes: z
    .array(z.object({ rate: z.number(), amount: z.number(), title: z.string().nullable() }))
    .meta({ description: 'Tax by rate in percent, minor units. Empty: the shop does not say; see the lines.' }),
  discounts: z
    .array(z.object({ code: z.string(), amount: z.number() }))
    .meta({ description: 'By coupon or promotion, minor units; contained in `discountTotal`.' }),
  payments: z.array(
    z.object({
      method: z.string(),
      amount: z.number(),
      state: z.enum(['Pending', 'Authorized', 'Paid', 'Failed']),
      reference: z.string().nullable().meta({ description: "The payment provider's number of the transaction." }),
    }),
  ),
  custom,
  customCut,
};

export const orderSchema = z.object({
  id: z.string().meta({ description: "The hub's id of the order." }),
  externalId: z.string(),
  cust_po_no: z.string().meta({ description: 'The full order number of the store.' }),
  cust_ref: z.string().meta({ description: "Shortened reference by the Store's rules." }),
  store: z.string().meta({ description: 'namespace/name of the Store.' }),
  connection: z.string(),
  intake: z.enum(['Accepted', 'Held', 'Skipped', 'Rejected']),
  intakeReason: z.string().nullable(),
  intakeMessage: z.string().nullable(),
  state: z.string(),
  paymentState: z.string(),
  payment: paymentSchema,
  fulfilmentState: z.string(),
  platformState: z.string(),
  changePending: z
    .boolean()
    .meta({
      description: 'The order changed after it was exported: shipments are refused until the change is answered.',
    }),
  pendingChange: z
    .object({
      itemsTotal: z.number(),
      shippingTotal: z.number(),
      taxTotal: z.number(),
      discountTotal: z.number(),
      grandTotal: z.number(),
      shippingAddress: address,
      shippingMethod: z.string().nullable(),
      note: z.string().nullable(),
      paymentTerms: paymentSchema.shape.terms,
      ...changeable,
      lines: z.array(orderLineView),
    })
    .nullable()
    .meta({
      description: 'What the shop has now, as Accept would bring it. Null where no change waits for an answer.',
    }),
  stopReason: z
    .enum(['Refunded', 'PaymentFailed', 'NotPaid', 'OnHold'])
    .nullable()
    .meta({
      description:
        'Why the shop wants an exported order not to be shipped: parcels are refused. Answering the change with Ignore ships it all the same.',
    }),
  placedAt: z.string().nullable(),
  placedOffsetMinutes: z.number().nullable(),
  updatedAt: z.string().nullable(),
  currency: z.string(),
  exponent: z.number(),
  itemsTotal: z.number(),
  shippingTotal: z.number(),
  taxTotal: z.number(),
  discountTotal: z.number(),
  grandTotal: z.number(),
  customer: z.object({
    id: z.string().nullable(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
  }),
  shippingAddress: address,
  billingAddress: address,
  shippingMethod: z.string().nullable().meta({ description: "The back office's code, mapped by the Store." }),
  note: z.string().nullable(),
  ...facts,
  acknowledgedAt: z.string().nullable(),
  acknowledgedReference: z.string().nullable(),
  exportedAt: z.string().nullable(),
  lines: z.array(orderLineView),
  refunds: z.array(creditSchema).meta({ description: 'Money given back. They follow the shop.' }),
  returns: z.array(creditSchema).meta({ description: 'Goods that come or came back.' }),
  cancellations: z.array(creditSchema).meta({ description: 'Pieces that are not delivered.' }),
  shipments: z.array(shipmentView),
  cursor: z.string(),
});
export type OrderView = z.infer<typeof orderSchema>;
