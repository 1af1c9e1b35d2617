import { z } from 'zod';
import type { AdminClient } from './graphql.ts';
import { findShippingMethod, findVariant } from './lookup.ts';

export interface NewOrder {
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
  /** Paid at once unless false. */
  readonly paid?: boolean;
  /** Code of a shipping method; "standard" by default. */
  readonly shippingMethod?: string;
  readonly customer?: Partial<Customer>;
  readonly address?: Partial<Address>;
}

export interface Customer {
  readonly firstName: string;
  readonly lastName: string;
  readonly emailAddress: string;
}

export interface Address {
  readonly fullName: string;
  readonly streetLine1: string;
  readonly city: string;
  readonly postalCode: string;
  readonly countryCode: string;
  readonly phoneNumber: string;
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
  lines: z.array(z.object({ id: z.string(), quantity: z.int(), orderPlacedQuantity: z.int(), productVariant: z.object({ sku: z.string() }) })),
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

const draft = z.object({ createDraftOrder: z.object({ id: z.string(), code: z.string() }) });
const made = z.object({ made: z.object({ id: z.string() }) });
const found = z.object({ orders: z.object({ items: z.array(storeOrder) }) });

/** Places an order through a draft, in two requests: Vendure runs the mutations of one request in order. */
export async function placeOrder(client: AdminClient, order: NewOrder): Promise<PlacedOrder> {
  const shippingMethodId = await findShippingMethod(client, order.shippingMethod ?? 'standard');
  const lines: DraftLine[] = [];
  for (const { sku, quantity } of order.lines) lines.push({ variantId: (await findVariant(client, sku)).id, quantity });
  const code = await placeDraft(client, { ...order, lines, shippingMethodId });
  return getOrder(client, code);
}

interface DraftLine {
  readonly variantId: string;
  readonly quantity: number;
}

/** The same with ids already looked up, for many orders. */
export async function placeDraft(
  client: AdminClient,
  order: Omit<NewOrder, 'lines' | 'shippingMethod'> & { readonly lines: readonly DraftLine[]; readonly shippingMethodId: string },
): Promise<string> {
  const { createDraftOrder } = await client.ask('mutation { createDraftOrder { id code } }', {}, draft);
  const items = order.lines.map(
    (line, index) =>
      `item${index}: addItemToDraftOrder(orderId: $id, input: { productVariantId: ${JSON.stringify(line.variantId)}, quantity: ${line.quantity} }) { ... on Order { id } ${orError} }`,
  );
  const paid = `paid: addManualPaymentToOrder(input: { orderId: $id, method: "dummy", transactionId: ${JSON.stringify(`T-${createDraftOrder.code}`)}, metadata: {} }) { ... on Order { id } ${orError} }`;
  await client.ask(
    `mutation ($id: ID!, $customer: CreateCustomerInput!, $address: CreateAddressInput!, $method: ID!) {
      ${items.join('\n')}
      customer: setCustomerForDraftOrder(orderId: $id, input: $customer) { ... on Order { id } ${orError} }
      shipTo: setDraftOrderShippingAddress(orderId: $id, input: $address) { id }
      billTo: setDraftOrderBillingAddress(orderId: $id, input: $address) { id }
      method: setDraftOrderShippingMethod(orderId: $id, shippingMethodId: $method) { ... on Order { id } ${orError} }
      placed: transitionOrderToState(id: $id, state: "ArrangingPayment") { ... on Order { id } ${orError} }
      ${order.paid === false ? '' : paid}
    }`,
    { id: createDraftOrder.id, customer: customerOf(order.customer), address: addressOf(order.address), method: order.shippingMethodId },
    z.object({ placed: z.object({ id: z.string() }) }),
  );
  return createDraftOrder.code;
}

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
  const { id } = await getOrder(client, code);
  await client.ask(
    `mutation ($input: ManualPaymentInput!) { made: addManualPaymentToOrder(input: $input) { ... on Order { id } ${orError} } }`,
    { input: { orderId: id, method: 'dummy', transactionId: `T-${code}`, metadata: {} } },
    made,
  );
  return getOrder(client, code);
}

export async function cancelOrder(client: AdminClient, code: string, cancel: Cancel): Promise<StoreOrder> {
  const order = await getOrder(client, code);
  await client.ask(
    `mutation ($input: CancelOrderInput!) { made: cancelOrder(input: $input) { ... on Order { id } ${orError} } }`,
    { input: { orderId: order.id, reason: 'test', cancelShipping: cancel.lines === undefined, lines: cancel.lines && linesOf(order, cancel) } },
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
      quantity: covered.reduce((left, each) => (each.orderLineId === line.id ? left - each.quantity : left), line.quantity),
    }))
    .filter((line) => line.quantity > 0);
}

function customerOf(customer: Partial<Customer> = {}): Customer {
  return { firstName: 'Ada', lastName: 'Muster', emailAddress: 'ada.muster@example.com', ...customer };
}

function addressOf(address: Partial<Address> = {}): Address {
  return {
    fullName: 'Ada Muster',
    streetLine1: 'Lindenstr. 7',
    city: 'Berlin',
    postalCode: '10969',
    countryCode: 'DE',
    phoneNumber: '+49 30 5550100',
    ...address,
  };
}
