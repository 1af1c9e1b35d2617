import { z } from 'zod';
import type { AdminClient } from './graphql.ts';
import type { Address, Customer } from './people.ts';

export interface NewOrder {
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
  /**
   * Paid at once unless false. An unpaid one is placed as a customer would on invoice: its payment is authorised, and
   * settled by `payOrder`.
   */
  readonly paid?: boolean;
  /** False leaves it a checkout that was never completed; `payOrder` completes it. */
  readonly placed?: boolean;
  /** Code of a shipping method; "standard" by default. */
  readonly shippingMethod?: string;
  readonly customer?: Partial<Customer>;
  readonly address?: Partial<Address>;
  /** Typed in by staff; of a promotion that `addCoupon` made. */
  readonly coupon?: string;
}

/** Which lines, by SKU; without any, all that is left. */
export interface Lines {
  readonly lines?: readonly { readonly sku: string; readonly quantity: number }[];
}

export interface Ship extends Lines {
  readonly carrier?: string;
  readonly trackingCode?: string;
}

export type Cancel = Lines;

const storeOrder = z.object({
  id: z.string(),
  code: z.string(),
  state: z.string(),
  active: z.boolean(),
  orderPlacedAt: z.string().nullable(),
  updatedAt: z.string(),
  currencyCode: z.string(),
  totalWithTax: z.int(),
  lines: z.array(
    z.object({
      id: z.string(),
      quantity: z.int(),
      orderPlacedQuantity: z.int(),
      productVariant: z.object({ sku: z.string() }),
    }),
  ),
  payments: z.array(z.object({ id: z.string(), state: z.string(), amount: z.int() })).nullable(),
  fulfillments: z
    .array(
      z.object({
        id: z.string(),
        state: z.string(),
        method: z.string(),
        trackingCode: z.string().nullable(),
        lines: z.array(z.object({ orderLineId: z.string(), quantity: z.int() })),
      }),
    )
    .nullable(),
});

/** An order as its shopkeeper sees it. */
export type StoreOrder = z.infer<typeof storeOrder>;
export type PlacedOrder = Pick<StoreOrder, 'id' | 'code' | 'state' | 'totalWithTax' | 'currencyCode'>;

const orderFields = `id code state active orderPlacedAt updatedAt currencyCode totalWithTax
  lines { id quantity orderPlacedQuantity productVariant { sku } }
  payments { id state amount }
  fulfillments { id state method trackingCode lines { orderLineId quantity } }`;
const orError = '... on ErrorResult { errorCode message }';

const made = z.object({ made: z.object({ id: z.string() }) });
const found = z.object({ orders: z.object({ items: z.array(storeOrder) }) });

export async function getOrder(client: AdminClient, code: string): Promise<StoreOrder> {
  const { orders } = await client.ask(
    `query ($code: String!) { orders(options: { filter: { code: { eq: $code } } }) { items { ${orderFields} } } }`,
    { code },
    found,
  );
  const [order] = orders.items;
  if (order === undefined) throw new Error(`The store has no order ${code}.`);
  return order;
}

export async function payOrder(client: AdminClient, code: string): Promise<StoreOrder> {
  const { id, payments } = await getOrder(client, code);
  const authorized = payments?.find((payment) => payment.state === 'Authorized');
  if (authorized === undefined) {
    await client.ask(
      `mutation ($input: ManualPaymentInput!) { made: addManualPaymentToOrder(input: $input) { ... on Order { id } ${orError} } }`,
      { input: { orderId: id, method: 'dummy', transactionId: `T-${code}`, metadata: {} } },
      made,
    );
  } else {
    await client.ask(
      `mutation ($id: ID!) { made: settlePayment(id: $id) { ... on Payment { id } ${orError} } }`,
      { id: authorized.id },
      made,
    );
  }
  return getOrder(client, code);
}

export async function refundOrder(client: AdminClient, code: string, amount: number, reason: string): Promise<void> {
  const { payments } = await getOrder(client, code);
  const paid = payments?.find(({ state }) => state === 'Settled');
  const refund = await client.ask(
    `mutation ($input: RefundOrderInput!) { made: refundOrder(input: $input) { ... on Refund { id state } ${orError} } }`,
    { input: { paymentId: paid?.id, amount, reason, lines: [], shipping: 0, adjustment: 0 } },
    z.object({ made: z.object({ id: z.string(), state: z.string() }) }),
  );
  if (refund.made.state === 'Settled') return;
  await client.ask(
    `mutation ($input: SettleRefundInput!) { made: settleRefund(input: $input) { ... on Refund { id } ${orError} } }`,
    { input: { id: refund.made.id, transactionId: `R-${code}` } },
    made,
  );
}

export async function cancelOrder(client: AdminClient, code: string, cancel: Cancel): Promise<StoreOrder> {
  const order = await getOrder(client, code);
  await client.ask(
    `mutation ($input: CancelOrderInput!) { made: cancelOrder(input: $input) { ... on Order { id } ${orError} } }`,
    {
      input: {
        orderId: order.id,
        reason: 'test',
        cancelShipping: cancel.lines === undefined,
        lines: cancel.lines && linesOf(order, cancel),
      },
    },
    made,
  );
  return getOrder(client, code);
}

export async function shipOrder(client: AdminClient, code: string, ship: Ship): Promise<StoreOrder> {
  const order = await getOrder(client, code);
  const fulfilment = await client.ask(
    `mutation ($input: FulfillOrderInput!) { made: addFulfillmentToOrder(input: $input) { ... on Fulfillment { id } ${orError} } }`,
    {
      input: {
        lines: linesOf(order, ship),
        handler: {
          code: 'manual-fulfillment',
          arguments: [
            { name: 'method', value: ship.carrier ?? 'By hand' },
            { name: 'trackingCode', value: ship.trackingCode ?? '' },
          ],
        },
      },
    },
    made,
  );
  await client.ask(
    `mutation ($id: ID!) { made: transitionFulfillmentToState(id: $id, state: "Shipped") { ... on Fulfillment { id } ${orError} } }`,
    { id: fulfilment.made.id },
    made,
  );
  return getOrder(client, code);
}

/** The asked lines with their ids at the store; without any asked, what no fulfilment covers yet. */
function linesOf(order: StoreOrder, asked: Lines): { orderLineId: string; quantity: number }[] {
  if (asked.lines !== undefined) {
    return asked.lines.map(({ sku, quantity }) => {
      const line = order.lines.find((each) => each.productVariant.sku === sku);
      if (line === undefined) throw new Error(`Order ${order.code} has no line with the SKU ${sku}.`);
      return { orderLineId: line.id, quantity };
    });
  }
  const covered = (order.fulfillments ?? []).filter((each) => each.state !== 'Cancelled').flatMap((each) => each.lines);
  return order.lines
    .map((line) => ({
      orderLineId: line.id,
      quantity: covered.reduce(
        (left, each) => (each.orderLineId === line.id ? left - each.quantity : left),
        line.quantity,
      ),
    }))
    .filter((line) => line.quantity > 0);
}
