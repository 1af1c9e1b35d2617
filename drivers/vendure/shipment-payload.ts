import { z } from 'zod';
import type { Operation } from './client.ts';
import { fulfillment } from './order-payload.ts';

/** As much of an order as shipping it needs. */
const shippableOrder = z.object({
  id: z.string(),
  code: z.string(),
  state: z.string(),
  lines: z.array(z.object({ id: z.string(), quantity: z.int(), productVariant: z.object({ sku: z.string() }) })),
  fulfillments: z.array(fulfillment).nullish(),
});

export type ShippableOrder = z.infer<typeof shippableOrder>;

const orderAnswer = z.object({ orders: z.object({ items: z.array(shippableOrder) }) });

/**
 * Through the list, which answers an unknown id with nothing; `order(id)` would do, but asks another permission of some
 * shops.
 */
export const readOrder: Operation<z.infer<typeof orderAnswer>> = {
  document: `query ($id: String!) { orders(options: { filter: { id: { eq: $id } } }) { items {
    id code state lines { id quantity productVariant { sku } } fulfillments { id state method trackingCode lines { orderLineId quantity } } } } }`,
  answer: orderAnswer,
};

/** A mutation's result: what it made, or why not. */
const result = z.union([
  z.object({ errorCode: z.string(), message: z.string(), transitionError: z.string().nullish() }),
  z.object({ id: z.string(), state: z.string() }),
]);
export type FulfillmentResult = z.infer<typeof result>;

const RESULT = `... on Fulfillment { id state } ... on ErrorResult { errorCode message } ... on FulfillmentStateTransitionError { transitionError }`;
const resultAnswer = z.object({ result });

export const addFulfillment: Operation<z.infer<typeof resultAnswer>> = {
  document: `mutation ($input: FulfillOrderInput!) { result: addFulfillmentToOrder(input: $input) { ${RESULT} } }`,
  answer: resultAnswer,
};

export const markShipped: Operation<z.infer<typeof resultAnswer>> = {
  document: `mutation ($id: ID!) { result: transitionFulfillmentToState(id: $id, state: "Shipped") { ${RESULT} } }`,
  answer: resultAnswer,
};
