import { minorUnits } from '../../model/money.ts';
import { GraphqlFault } from '../desk/graphql.ts';
import type { Desk, WireCall } from '../desk/wire.ts';
import { levelKey, type Parcel, type ShopOrder } from '../shop/model.ts';
import { correctParcel, setLevel, setPrice, ship } from '../shop/writes.ts';
import { gid, idOf, orderObject, type Obj } from './shopify-words.ts';

type Answer = (args: never) => unknown;

interface UserError {
  readonly field: readonly string[];
  readonly message: string;
  readonly code: string;
}
const error = (code: string, message: string, ...field: readonly string[]): UserError => ({ code, message, field });

interface Quantities {
  readonly input: {
    readonly name: string;
    readonly quantities: readonly {
      readonly inventoryItemId: string;
      readonly locationId: string;
      readonly quantity: number;
      readonly changeFromQuantity?: number | null;
    }[];
  };
}
interface Tracking {
  readonly number?: string;
  readonly numbers?: readonly string[];
  readonly url?: string;
  readonly urls?: readonly string[];
  readonly company?: string;
}
interface Fulfil {
  readonly fulfillment: {
    readonly trackingInfo?: Tracking;
    readonly lineItemsByFulfillmentOrder: readonly {
      readonly fulfillmentOrderId: string;
      readonly fulfillmentOrderLineItems?: readonly { readonly id: string; readonly quantity: number }[];
    }[];
  };
}
interface Prices {
  readonly productId: string;
  readonly variants: readonly {
    readonly id?: string;
    readonly price?: string;
    readonly compareAtPrice?: string | null;
  }[];
}

/** Mutations. `idempotent`: the key of the directive, by the field; `done`: what was answered under a key. */
export function mutations(
  desk: Desk,
  call: WireCall,
  idempotent: (field: string) => string | undefined,
  done: Map<string, { readonly asked: string; readonly answer: unknown }>,
): Readonly<Record<string, Answer>> {
  return {
    inventorySetQuantities: (args: Quantities) => {
      call.demand('stock:write');
      const key = idempotent('inventorySetQuantities');
      if (key === undefined)
        throw new GraphqlFault(
          'The @idempotent directive is required for this mutation but was not provided.',
          'BAD_REQUEST',
        );
      const asked = JSON.stringify(args);
      const before = done.get(key);
      if (before && before.asked !== asked)
        return refused([error('IDEMPOTENCY_KEY_PARAMETER_MISMATCH', 'The same key came with other parameters.')]);
      if (before) return before.answer;
      const answer = setQuantities(desk, args);
      if (answer.userErrors.length === 0) done.set(key, { asked, answer });
      return answer;
    },
    inventoryActivate: () => {
      call.demand('stock:write');
      return { inventoryLevel: null, userErrors: [error('INVALID', 'The level is active already.', 'locationId')] };
    },
    productVariantsBulkUpdate: (args: Prices) => {
      call.demand('prices:write');
      return setPrices(desk, args);
    },
    fulfillmentCreate: (args: Fulfil) => {
      call.demand('shipments:write');
      return fulfil(desk, args);
    },
    fulfillmentTrackingInfoUpdate: (args: { fulfillmentId: string; trackingInfoInput: Tracking }) => {
      call.demand('shipments:write');
      return correct(desk, args);
    },
    webhookSubscriptionCreate: (args: { topic: string; webhookSubscription: { uri?: string } }) => {
      call.demand('webhooks:write');
      return subscribe(desk, args);
    },
    webhookSubscriptionDelete: ({ id }: { id: string }) => {
      call.demand('webhooks:write');
      return desk.hooks.remove(idOf(id))
        ? { deletedWebhookSubscriptionId: id, userErrors: [] }
        : {
            deletedWebhookSubscriptionId: null,
            userErrors: [error('NOT_FOUND', 'Webhook subscription does not exist', 'id')],
          };
    },
  };
}

const refused = (userErrors: readonly UserError[]) => ({ inventoryAdjustmentGroup: null, userErrors });

/** All or nothing: every row is looked at before one is set. */
function setQuantities(desk: Desk, { input: { name, quantities } }: Quantities) {
  const { shop } = desk;
  if (!['available', 'on_hand'].includes(name))
    return refused([error('INVALID_NAME', 'The specified quantity name is invalid.', 'input', 'name')]);
  if (quantities.length > 250)
    throw new GraphqlFault(
      'The input array size is greater than the maximum allowed of 250.',
      'MAX_INPUT_SIZE_EXCEEDED',
    );
  if (quantities.some((row) => !('changeFromQuantity' in row)))
    throw new GraphqlFault('The changeFromQuantity argument is required.', 'INVALID_FIELD_ARGUMENTS');
  const wrong = quantities.flatMap(
    ({ inventoryItemId, locationId, quantity, changeFromQuantity }, index): UserError[] => {
      const at = (field: string) => ['input', 'quantities', String(index), field];
      const level = shop.levels.get(levelKey(idOf(inventoryItemId), idOf(locationId)));
      if (![...shop.levels.values()].some(({ variantId }) => variantId === idOf(inventoryItemId)))
        return [
          error('INVALID_INVENTORY_ITEM', 'The specified inventory item could not be found.', ...at('inventoryItemId')),
        ];
      if (!level) return [error('INVALID_LOCATION', 'The specified location could not be found.', ...at('locationId'))];
      if (quantity < 0)
        return [error('INVALID_QUANTITY_NEGATIVE', "The quantity can't be negative.", ...at('quantity'))];
      const now = name === 'on_hand' ? level.onHand : level.onHand - level.allocated;
      return changeFromQuantity != null && changeFromQuantity !== now
        ? [
            error(
              'CHANGE_FROM_QUANTITY_STALE',
              'The changeFromQuantity argument no longer matches the persisted quantity.',
              ...at('changeFromQuantity'),
            ),
          ]
        : [];
    },
  );
  if (wrong.length > 0) return refused(wrong);
  for (const { inventoryItemId, locationId, quantity } of quantities) {
    const level = shop.levels.get(levelKey(idOf(inventoryItemId), idOf(locationId)))!;
    const onHand = name === 'on_hand' ? quantity : quantity + level.allocated;
    const outcome = setLevel({ variantId: level.variantId, locationId: level.locationId, quantity: onHand }, desk);
    if (outcome.status !== 'set')
      throw new GraphqlFault('Internal error. Looks like something went wrong on our end.', 'INTERNAL_SERVER_ERROR');
  }
  return {
    inventoryAdjustmentGroup: { id: gid('InventoryAdjustmentGroup', '1'), reason: 'correction' },
    userErrors: [],
  };
}

function setPrices(desk: Desk, { productId, variants }: Prices): Obj {
  const product = desk.shop.readProducts().find(({ id }) => id === idOf(productId));
  if (!product)
    return {
      productVariants: null,
      userErrors: [error('PRODUCT_DOES_NOT_EXIST', 'Product does not exist', 'productId')],
    };
  const userErrors = variants.flatMap(({ id = '', price, compareAtPrice }, index): UserError[] => {
    const variant = product.variants.find((each) => each.id === idOf(id));
    const field = ['variants', String(index), 'id'];
    if (!variant) return [error('PRODUCT_VARIANT_DOES_NOT_EXIST', 'Product variant does not exist', ...field)];
    const { currency } = variant;
    const outcome = setPrice(
      {
        variantId: variant.id,
        price: minorUnits(price ?? '', currency) ?? -1,
        comparePrice: compareAtPrice == null ? undefined : minorUnits(compareAtPrice, currency),
        currency,
      },
      desk,
    );
    return outcome.status === 'set' ? [] : [error('INVALID_INPUT', outcome.message ?? outcome.status, ...field)];
  });
  return { productVariants: userErrors.length > 0 ? null : variants.map(({ id }) => ({ id })), userErrors };
}

/** Several numbers beside the first. */
const numbersOf = ({ number, numbers, url, urls, company }: Tracking = {}): Partial<Parcel> => {
  const codes = numbers ?? (number === undefined ? [] : [number]);
  const address = url ?? urls?.[0];
  return {
    ...(company === undefined ? {} : { carrier: company }),
    ...(codes[0] === undefined ? {} : { trackingCode: codes[0], trackingCodes: codes }),
    ...(address === undefined ? {} : { trackingUrl: address }),
  };
};

function fulfil(desk: Desk, { fulfillment: { trackingInfo, lineItemsByFulfillmentOrder: groups } }: Fulfil): Obj {
  const failed = (message: string): Obj => ({
    fulfillment: null,
    userErrors: [{ field: ['fulfillment'], message, code: null }],
  });
  const [group] = groups;
  if (!group || groups.length > 1) return failed('All fulfillment orders must have the same assigned location.');
  const order = desk.shop.readOrders().find(({ id }) => id === idOf(group.fulfillmentOrderId));
  if (!order) return failed('Fulfillment order does not exist.');
  if (order.progress === 'Cancelled' || order.hold !== undefined)
    return failed(
      `Fulfillment order ${order.id} has an unfulfillable status= ${order.hold === undefined ? 'closed' : 'on_hold'}.`,
    );
  const open = fulfillableOf(order);
  const lines = group.fulfillmentOrderLineItems?.map(({ id, quantity }) => ({ lineId: idOf(id), quantity })) ?? open;
  if (lines.some(({ lineId, quantity }) => quantity > (open.find((each) => each.lineId === lineId)?.quantity ?? 0)))
    return failed('Invalid fulfillment order line item quantity requested.');
  const outcome = ship(order.id, { ...numbersOf(trackingInfo), locationId: 'main', lines }, desk);
  if (outcome.status !== 'shipped') return failed(outcome.status);
  desk.hooks.tell({ type: 'order.updated', id: order.id });
  return { fulfillment: fulfilmentOf(desk, order.id, outcome.parcel.id), userErrors: [] };
}

function fulfillableOf(order: ShopOrder): { readonly lineId: string; readonly quantity: number }[] {
  const connectionOf = orderObject(order)['fulfillmentOrders'] as (args: object) => { nodes: readonly Obj[] };
  const [only] = connectionOf({}).nodes;
  const items = only!['lineItems'] as (args: object) => { nodes: readonly { id: string; remainingQuantity: number }[] };
  return items({ first: 1000 })
    .nodes.map(({ id, remainingQuantity }) => ({ lineId: idOf(id), quantity: remainingQuantity }))
    .filter(({ quantity }) => quantity > 0);
}

function fulfilmentOf({ shop }: Desk, orderId: string, id: string): Obj | undefined {
  const all = orderObject(shop.orders.get(orderId)!)['fulfillments'] as (args: object) => readonly Obj[];
  return all({}).find((each) => each['id'] === gid('Fulfillment', id));
}

function correct(
  desk: Desk,
  { fulfillmentId, trackingInfoInput }: { fulfillmentId: string; trackingInfoInput: Tracking },
): Obj {
  const id = idOf(fulfillmentId);
  const order = desk.shop.orders.all().find(({ parcels }) => parcels.some((parcel) => parcel.id === id));
  const done = order && correctParcel(order.id, id, numbersOf(trackingInfoInput), desk);
  if (!done)
    return { fulfillment: null, userErrors: [error('NOT_FOUND', 'Fulfillment does not exist.', 'fulfillmentId')] };
  return { fulfillment: fulfilmentOf(desk, order.id, id), userErrors: [] };
}

/** Shopify's names of what the shop tells of. */
export const TOPICS: Readonly<Record<string, string>> = {
  ORDERS_CREATE: 'order.created',
  ORDERS_UPDATED: 'order.updated',
  PRODUCTS_CREATE: 'product.created',
  PRODUCTS_UPDATE: 'product.updated',
  PRODUCTS_DELETE: 'product.deleted',
  INVENTORY_LEVELS_UPDATE: 'stock.changed',
};

/** The secret of every webhook is the app's own. */
export const APP_SECRET = 'client-secret';

export const topicOf = (topics: readonly string[]): string =>
  topics.map((topic) => topic.split(' ')[1]).find((word) => word !== undefined) ?? 'ORDERS_UPDATED';

function subscribe(
  { hooks }: Desk,
  { topic, webhookSubscription: { uri } }: { topic: string; webhookSubscription: { uri?: string } },
): Obj {
  if (uri === undefined || !uri.startsWith('https://'))
    return {
      webhookSubscription: null,
      userErrors: [error('INVALID', 'Address protocol http:// is not supported', 'webhookSubscription', 'callbackUrl')],
    };
  if (hooks.list().some((each) => each.url === uri && topicOf(each.topics) === topic))
    return {
      webhookSubscription: null,
      userErrors: [
        error('TAKEN', 'Address for this topic has already been taken', 'webhookSubscription', 'callbackUrl'),
      ],
    };
  const event = TOPICS[topic];
  const { id } = hooks.add({
    url: uri,
    topics: [`topic ${topic}`, ...(event === undefined ? [] : [event])],
    secret: APP_SECRET,
  });
  return { webhookSubscription: { id: gid('WebhookSubscription', id), topic, uri, format: 'JSON' }, userErrors: [] };
}
