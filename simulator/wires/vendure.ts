import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import {
  FieldFailed,
  GraphqlFault,
  operationOf,
  type Operation,
  type RootField,
  type Variables,
} from '../desk/graphql.ts';
import type { Permission } from '../desk/permissions.ts';
import { Refused } from '../desk/refused.ts';
import type { Desk, Wire, WireAnswer, WireCall } from '../desk/wire.ts';
import { levelKey } from '../shop/model.ts';
import { setLevel, ship } from '../shop/writes.ts';
import { orderObject, parcelObject, PRECISION, productObject, variantObjects } from './vendure-words.ts';

/** Permissions of a Vendure role. */
const WORDS: Readonly<Record<Permission, string>> = {
  'settings:read': 'ReadSettings',
  'products:read': 'ReadCatalog',
  'orders:read': 'ReadOrder',
  'stock:read': 'ReadCatalog',
  'stock:write': 'UpdateCatalog',
  'prices:write': 'UpdateCatalog',
  'shipments:write': 'UpdateOrder',
  'suppliers:read': 'ReadSettings',
  'webhooks:write': 'UpdateSettings',
};

const request = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()).nullish() });
const range = z.object({
  after: z.string().optional(),
  before: z.string().optional(),
  isNull: z.boolean().optional(),
  in: z.array(z.string()).optional(),
  eq: z.string().optional(),
});
const listArgs = z.object({
  options: z
    .object({
      skip: z.int().min(0).nullish(),
      take: z.int().min(1).nullish(),
      sort: z.record(z.string(), z.enum(['ASC', 'DESC'])).nullish(),
      filter: z.record(z.string(), range).nullish(),
    })
    .nullish(),
});
const stockArgs = z.object({
  input: z.array(
    z.object({
      id: z.string(),
      stockLevels: z.array(z.object({ stockLocationId: z.string(), stockOnHand: z.int() })).default([]),
    }),
  ),
});
const shipArgs = z.object({
  input: z.object({
    lines: z.array(z.object({ orderLineId: z.string(), quantity: z.int() })).min(1),
    handler: z.object({ code: z.string(), arguments: z.array(z.object({ name: z.string(), value: z.string() })) }),
  }),
});
const settingArgs = z.object({
  input: z.object({ key: z.string(), value: z.array(z.object({ url: z.string(), secret: z.string() })) }),
});

/**
 * Vendure's Admin API (3.7) with API keys, and the settings store that the companion plugin keeps webhook addresses in.
 */
export const vendureWire: Wire = {
  name: 'vendure',
  basePath: '/admin-api',
  keyOf: ({ headers }) => headers['vendure-api-key'],
  refusal({ kind, message, detail }) {
    if (kind === 'throttled') return { status: 429, json: { message }, headers: { 'retry-after': detail ?? '1' } };
    if (kind === 'broken') return { status: 500, json: { message } };
    if (kind === 'missing') return { status: 404, json: { message } };
    return failed(message, kind === 'unauthorized' || kind === 'forbidden' ? 'FORBIDDEN' : 'USER_INPUT_ERROR');
  },
  hook(event, id, at, secret) {
    const [topic] = event.type.split('.');
    const body = JSON.stringify({
      orders: topic === 'order' ? [event.id] : [],
      products: topic === 'product' ? [event.id] : [],
    });
    return {
      body,
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign(id, at, body),
      },
    };
  },
  routes: (desk) => [
    { method: 'POST', path: /^\/$/, writes: (call) => operation(call).writes, answer: (call) => answer(desk, call) },
  ],
  subject: {
    credential: (key) => ({ apiKey: key }),
    settings: (url) => ({ url }),
    permissionWord: (permission) => WORDS[permission],
    pagings: ['offset'],
    lacks: [
      // Orders that Vendure does not know: what is not paid was not placed; a line always has its variant; nothing is
      // erased, tried out or held back, comes back, is a set, or goes to several addresses.
      'unpaid',
      'failed',
      'on-delivery',
      'invoice',
      'gift-card',
      'deleted-variant',
      'redacted',
      'test',
      'held',
      'bundle',
      'returned',
      'by-platform',
      'pickup',
      'gift',
      'order.returns',
      'order.deliveries',
      'order.lines.deliveryId',
      'order.cancellations.restocked',
      'product.untracked',
      'order.note',
      'order.redacted',
      'product.attributes.brand',
      'product.variants.compareAtPrice',
      'product.variants.updatedAt',
      'product.images.alt',
      'location.code',
      'location.readOnly',
      'parcel.trackingUrl',
      'parcel.service',
      'parcel.returnTrackingCode',
      'parcel.number',
      'parcel.shippedAt',
      'parcel.completes',
      'parcel.locationId',
    ],
    cannot: {
      'C12.offset': 'Vendure gives every time in UTC',
      'C6.new-fields': 'GraphQL answers with what was asked for and no more',
      'C8.stock-partial': 'Vendure does all levels of a call or none',
    },
  },
};

function operation(call: WireCall): Operation {
  const { query, variables } = request.parse(call.json());
  return operationOf(query, variables ?? {});
}

function answer(desk: Desk, call: WireCall): WireAnswer {
  try {
    return { status: 200, json: { data: operation(call).run(fields(desk, call)) } };
  } catch (error) {
    const [cause, field] = error instanceof FieldFailed ? [error.cause, error.field] : [error, undefined];
    if (cause instanceof GraphqlFault) return failed(cause.message, cause.code, field);
    if (cause instanceof Refused && cause.kind === 'forbidden')
      return failed('You are not currently authorized to perform this action', 'FORBIDDEN', field);
    if (cause instanceof z.ZodError)
      return failed(cause.issues[0]?.message ?? 'not as expected', 'BAD_USER_INPUT', field);
    throw cause;
  }
}

const failed = (message: string, code: string | undefined, field?: string): WireAnswer => ({
  status: 200,
  json: {
    errors: [
      { message, ...(field === undefined ? {} : { path: [field] }), extensions: code === undefined ? {} : { code } },
    ],
    data: null,
  },
});

function fields(desk: Desk, call: WireCall): Readonly<Record<string, RootField>> {
  const { shop } = desk;
  const list =
    (needs: Permission, rows: () => readonly Variables[]): RootField =>
    (args) => {
      call.demand(needs);
      return listed(desk, rows(), args);
    };
  const levels = () => [...shop.levels.values()];
  const named = (rows: readonly { readonly id: string; readonly code: string; readonly name: string }[]): Variables[] =>
    rows.map(({ id, code, name }) => ({ id, code, name, createdAt: '2020-01-01T00:00:00.000Z' }));
  return {
    activeChannel: () => ({ code: '__default_channel__', token: desk.shopId, defaultCurrencyCode: shop.currency }),
    globalSettings: () => ({
      id: '1',
      outOfStockThreshold: 0,
      trackInventory: true,
      serverConfig: { moneyStrategyPrecision: PRECISION, entityCustomFields: CUSTOM_FIELDS },
    }),
    orders: list('orders:read', () =>
      shop.readOrders().map((order) => orderObject(order, shop.poisoned.get(order.id))),
    ),
    products: list('products:read', () =>
      shop.readProducts().map((product) => productObject(product, levels(), shop.poisoned.get(product.id))),
    ),
    productVariants: list('products:read', () =>
      shop.readProducts().flatMap((product) => variantObjects(product, levels())),
    ),
    facets: list('products:read', () => []),
    productOptionGroups: list('products:read', () => []),
    stockLocations: list('settings:read', () => named(shop.locations)),
    shippingMethods: list('settings:read', () => named(shop.shippingMethods)),
    updateProductVariants: (args) => {
      call.demand('stock:write');
      return setLevels(desk, args);
    },
    addFulfillmentToOrder: (args) => {
      call.demand('shipments:write');
      return addFulfillment(desk, args);
    },
    transitionFulfillmentToState: ({ id }) => {
      call.demand('shipments:write');
      return transition(desk, String(id));
    },
    getSettingsStoreValue: () => {
      call.demand('webhooks:write');
      return desk.hooks.list().map(({ url, secret }) => ({ url, secret }));
    },
    setSettingsStoreValue: (args) => {
      call.demand('webhooks:write');
      return subscribe(desk, args);
    },
  };
}

const field = (name: string, type: string): Variables => ({
  __typename: 'CustomField',
  __interfaces: ['CustomField'],
  name,
  type,
  list: false,
  internal: false,
  requiresPermission: [],
});
const CUSTOM_FIELDS: readonly Variables[] = [
  { entityName: 'ProductVariant', customFields: [field('ean', 'string'), field('weightGrams', 'int')] },
  { entityName: 'Product', customFields: [] },
  { entityName: 'Order', customFields: [field('campaign', 'string'), field('engraving', 'string')] },
];

/** A paginated list: filters by time are strict, equal times come in the order of ids. */
function listed({ pages }: Desk, rows: readonly Variables[], args: Variables): Variables {
  const { skip, take, sort, filter } = listArgs.parse(args).options ?? {};
  const [by = 'createdAt'] = Object.keys(sort ?? {});
  if ((skip ?? 0) > 0) pages.goesOn();
  const found = rows.filter((row) => Object.entries(filter ?? {}).every(([name, wanted]) => fits(row[name], wanted)));
  const part = pages.byOffset(found, (row) => `${String(row[by])}\n${String(row['id'])}`, {
    offset: skip ?? 0,
    limit: take ?? undefined,
  });
  return { totalItems: part.total, items: part.rows };
}

function fits(value: unknown, { after, before, isNull, in: among, eq }: z.infer<typeof range>): boolean {
  if (isNull !== undefined && (value === null) !== isNull) return false;
  if ((after !== undefined || before !== undefined) && typeof value !== 'string') return false;
  const text = String(value);
  return (
    (after === undefined || Date.parse(text) > Date.parse(after)) &&
    (before === undefined || Date.parse(text) < Date.parse(before)) &&
    (among?.includes(text) ?? true) &&
    (eq === undefined || text === eq)
  );
}

/** All or nothing: what is wrong is said before anything is set. */
function setLevels(desk: Desk, args: Variables): unknown {
  const { shop } = desk;
  const { input } = stockArgs.parse(args);
  const known = new Set([...shop.levels.values()].map(({ variantId }) => variantId));
  for (const { id, stockLevels } of input) {
    if (!known.has(id))
      throw new GraphqlFault(`No ProductVariant with the id "${id}" could be found`, 'ENTITY_NOT_FOUND');
    if (!stockLevels.every(({ stockLocationId }) => shop.levels.has(levelKey(id, stockLocationId))))
      throw new GraphqlFault('insert or update on table "stock_level" violates foreign key constraint');
  }
  return input.map(({ id, stockLevels }) => {
    for (const { stockLocationId, stockOnHand } of stockLevels) {
      const outcome = setLevel({ variantId: id, locationId: stockLocationId, quantity: stockOnHand }, desk);
      if (outcome.status !== 'set') throw new GraphqlFault(outcome.message ?? 'the row is locked');
    }
    return {
      id,
      stockLevels: [...shop.levels.values()]
        .filter(({ variantId }) => variantId === id)
        .map(({ locationId, onHand }) => ({ stockLocationId: locationId, stockOnHand: onHand })),
    };
  });
}

function addFulfillment(desk: Desk, args: Variables): unknown {
  const { lines, handler } = shipArgs.parse(args).input;
  const order = desk.shop.orders.all().find((each) => each.lines.some(({ id }) => id === lines[0]!.orderLineId));
  const argument = (name: string): string | undefined =>
    handler.arguments.find((each) => each.name === name)?.value || undefined;
  const outcome = ship(
    order?.id ?? '',
    {
      carrier: argument('method'),
      trackingCode: argument('trackingCode'),
      lines: lines.map(({ orderLineId, quantity }) => ({ lineId: orderLineId, quantity })),
    },
    desk,
  );
  if (outcome.status !== 'shipped')
    return {
      __typename: 'ItemsAlreadyFulfilledError',
      __interfaces: ['ErrorResult'],
      errorCode: 'ITEMS_ALREADY_FULFILLED_ERROR',
      message: outcome.status,
    };
  desk.hooks.tell({ type: 'order.updated', id: order!.id });
  return parcelObject(outcome.parcel);
}

function transition({ shop }: Desk, id: string): unknown {
  const parcel = shop.orders
    .all()
    .flatMap(({ parcels }) => parcels)
    .find((each) => each.id === id);
  if (!parcel) throw new GraphqlFault(`No Fulfillment with the id "${id}" could be found`, 'ENTITY_NOT_FOUND');
  return parcelObject(parcel);
}

/** The list of addresses is kept as a whole. */
function subscribe({ hooks }: Desk, args: Variables): unknown {
  const { value } = settingArgs.parse(args).input;
  const same = (a: { url: string; secret: string }, b: { url: string; secret: string }): boolean =>
    a.url === b.url && a.secret === b.secret;
  const before = [...hooks.list()];
  for (const known of before) if (!value.some((each) => same(each, known))) hooks.remove(known.id);
  for (const each of value)
    if (!before.some((known) => same(each, known))) hooks.add({ ...each, topics: ['order', 'product'] });
  return { result: true, error: null };
}
