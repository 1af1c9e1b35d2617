import { z } from 'zod';
import type { AdminClient } from './graphql.ts';
import { findShippingMethod, findVariant } from './lookup.ts';
import { getOrder, type NewOrder, type PlacedOrder } from './orders.ts';
import { addressOf, customerOf } from './people.ts';

/** A new order with the ids of what it names. */
export interface PreparedOrder extends Pick<NewOrder, 'customer' | 'address' | 'coupon'> {
  readonly lines: readonly { readonly variantId: string; readonly quantity: number }[];
  readonly shippingMethodId: string;
}

const draft = z.object({ createDraftOrder: z.object({ id: z.string(), code: z.string() }) });
const begun = z.object({ begun: z.object({ code: z.string() }) });
const placed = z.object({ placed: z.object({ id: z.string() }) });
const orError = '... on ErrorResult { errorCode message }';
const anOrder = `{ ... on Order { id } ${orError} }`;

export async function placeOrder(client: AdminClient, order: NewOrder): Promise<PlacedOrder> {
  const shippingMethodId = await findShippingMethod(client, order.shippingMethod ?? 'standard');
  const lines: { variantId: string; quantity: number }[] = [];
  for (const { sku, quantity } of order.lines) lines.push({ variantId: (await findVariant(client, sku)).id, quantity });
  const prepared = { ...order, lines, shippingMethodId };
  const unpaid = order.paid === false && order.placed !== false;
  return getOrder(
    client,
    await (unpaid ? placeOnInvoice(client, prepared) : placeDraft(client, prepared, order.placed !== false)),
  );
}

/** Through a draft, as the shop's staff would, in two requests: Vendure runs the mutations of one request in order. */
export async function placeDraft(client: AdminClient, order: PreparedOrder, paid: boolean): Promise<string> {
  const { createDraftOrder } = await client.ask('mutation { createDraftOrder { id code } }', {}, draft);
  const items = order.lines.map(
    (line, index) =>
      `item${index}: addItemToDraftOrder(orderId: $id, input: { productVariantId: ${JSON.stringify(line.variantId)}, quantity: ${line.quantity} }) ${anOrder}`,
  );
  const payment = `paid: addManualPaymentToOrder(input: { orderId: $id, method: "dummy", transactionId: ${JSON.stringify(`T-${createDraftOrder.code}`)}, metadata: {} }) ${anOrder}`;
  await client.ask(
    `mutation ($id: ID!, $customer: CreateCustomerInput!, $address: CreateAddressInput!, $method: ID!) {
      ${items.join('\n')}
      ${order.coupon === undefined ? '' : `coupon: applyCouponCodeToDraftOrder(orderId: $id, couponCode: ${JSON.stringify(order.coupon)}) ${anOrder}`}
      customer: setCustomerForDraftOrder(orderId: $id, input: $customer) ${anOrder}
      shipTo: setDraftOrderShippingAddress(orderId: $id, input: $address) { id }
      billTo: setDraftOrderBillingAddress(orderId: $id, input: $address) { id }
      method: setDraftOrderShippingMethod(orderId: $id, shippingMethodId: $method) ${anOrder}
      placed: transitionOrderToState(id: $id, state: "ArrangingPayment") ${anOrder}
      ${paid ? payment : ''}
    }`,
    {
      id: createDraftOrder.id,
      customer: customerOf(order.customer),
      address: addressOf(order.address),
      method: order.shippingMethodId,
    },
    placed,
  );
  return createDraftOrder.code;
}

/**
 * Through the Shop API, as a customer would who pays on invoice. Staff cannot place an order whose payment is only
 * authorised. The first call opens the session in which the rest runs.
 */
async function placeOnInvoice(client: AdminClient, order: PreparedOrder): Promise<string> {
  const [first, ...others] = order.lines.map(
    (line, index) =>
      `${index === 0 ? 'begun' : `item${index}`}: addItemToOrder(productVariantId: ${JSON.stringify(line.variantId)}, quantity: ${line.quantity})`,
  );
  const { client: shopper, answer } = await client.shopper(
    `mutation { ${first} { ... on Order { code } ${orError} } }`,
    begun,
  );
  await shopper.ask(
    `mutation ($customer: CreateCustomerInput!, $address: CreateAddressInput!, $method: [ID!]!) {
      ${others.map((item) => `${item} ${anOrder}`).join('\n')}
      customer: setCustomerForOrder(input: $customer) ${anOrder}
      shipTo: setOrderShippingAddress(input: $address) ${anOrder}
      billTo: setOrderBillingAddress(input: $address) ${anOrder}
      method: setOrderShippingMethod(shippingMethodId: $method) ${anOrder}
      checkout: transitionOrderToState(state: "ArrangingPayment") ${anOrder}
      placed: addPaymentToOrder(input: { method: "invoice", metadata: {} }) ${anOrder}
    }`,
    { customer: customerOf(order.customer), address: addressOf(order.address), method: [order.shippingMethodId] },
    placed,
  );
  return answer.begun.code;
}
