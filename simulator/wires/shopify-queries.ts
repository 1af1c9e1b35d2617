import { GraphqlFault } from '../desk/graphql.ts';
import type { Permission } from '../desk/permissions.ts';
import type { Desk, WireCall } from '../desk/wire.ts';
import { levelsOf, productObject, variantObject, type Levels } from './shopify-products.ts';
import { scopesOf } from './shopify-scopes.ts';
import { connection, gid, idOf, locationObject, orderObject, type Obj } from './shopify-words.ts';
import { topicOf } from './shopify-writes.ts';

export interface ListArgs {
  readonly first?: number;
  readonly after?: string | null;
  readonly query?: string;
  readonly sortKey?: string;
}

export interface Row {
  readonly id: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly object: () => Obj;
}

/** What the lists of the root have, each row made into an object where it is asked for. */
export function rowsOf({ shop }: Desk) {
  let levels: Levels | undefined;
  const counted = (): Levels => (levels ??= levelsOf(shop));
  return {
    orders: (): Row[] =>
      shop
        .readOrders()
        .filter(({ progress }) => progress !== 'Draft')
        .map((order) => ({
          id: order.id,
          createdAt: order.placedAt ?? order.updatedAt,
          updatedAt: order.updatedAt,
          object: () => orderObject(order, shop.poisoned.get(order.id)),
        })),
    products: (): Row[] =>
      shop.readProducts().map((product) => ({ ...product, object: () => productObject(shop, product, counted()) })),
    variants: (): Row[] =>
      shop
        .readProducts()
        .flatMap((product) =>
          product.variants.map((variant) => ({
            id: variant.id,
            createdAt: product.createdAt,
            updatedAt: product.updatedAt,
            object: () => variantObject(shop, product, variant, counted(), shop.poisoned.get(product.id)),
          })),
        ),
  };
}

/** Fields of the root that read. */
export function queries(desk: Desk, call: WireCall, warnings: object[]): Readonly<Record<string, unknown>> {
  const { shop } = desk;
  const { orders, products, variants } = rowsOf(desk);
  const list = (field: string, needs: Permission, rows: () => Row[]) => (args: ListArgs) => {
    call.demand(needs);
    return listed(desk, filtered(rows(), args.query, field, warnings), args);
  };
  const count = (field: string, needs: Permission, rows: () => Row[]) => (args: ListArgs) => {
    call.demand(needs);
    const found = filtered(rows(), args.query, field, warnings);
    return { count: desk.pages.byKey(found, ({ id }) => id, { limit: 1 }).total, precision: 'EXACT' };
  };
  const one =
    (needs: Permission, rows: () => Row[]) =>
    ({ id }: { id: string }) => {
      call.demand(needs);
      return rows()
        .find((row) => row.id === idOf(id))
        ?.object();
    };
  const kinds: Readonly<Record<string, readonly [Permission, () => Row[]]>> = {
    Order: ['orders:read', orders],
    Product: ['products:read', products],
    ProductVariant: ['products:read', variants],
  };
  return {
    shop: {
      id: gid('Shop', desk.shopId),
      name: 'Simulated shop',
      myshopifyDomain: `${desk.shopId}.myshopify.com`,
      currencyCode: shop.currency,
      ianaTimezone: 'Europe/Vienna',
      taxesIncluded: true,
    },
    currentAppInstallation: {
      id: gid('AppInstallation', '1'),
      accessScopes: scopesOf(call.granted).map((handle) => ({ handle, description: handle })),
    },
    order: one('orders:read', orders),
    orders: list('orders', 'orders:read', orders),
    ordersCount: count('ordersCount', 'orders:read', orders),
    product: one('products:read', products),
    products: list('products', 'products:read', products),
    productsCount: count('productsCount', 'products:read', products),
    productVariants: list('productVariants', 'products:read', variants),
    productVariantsCount: count('productVariantsCount', 'products:read', variants),
    nodes: ({ ids }: { ids: readonly string[] }) => {
      if (ids.length > 250)
        throw new GraphqlFault(
          'The input array size is greater than the maximum allowed of 250.',
          'MAX_INPUT_SIZE_EXCEEDED',
        );
      return ids.map((global) => {
        const [needs, rows] = kinds[/^gid:\/\/shopify\/(\w+)\//.exec(global)?.[1] ?? ''] ?? [];
        if (!needs || !rows) return null;
        call.demand(needs);
        return (
          rows()
            .find(({ id }) => id === idOf(global))
            ?.object() ?? null
        );
      });
    },
    locations: (args: ListArgs) => {
      call.demand('settings:read');
      return connection(shop.locations.map(locationObject))(args);
    },
    deliveryProfiles: (args: ListArgs) => {
      call.demand('settings:read');
      const methods = shop.shippingMethods.map(({ id, name }) => ({
        id: gid('DeliveryMethodDefinition', id),
        name,
        active: true,
      }));
      const zones = [{ methodDefinitions: connection(methods) }];
      return connection([
        {
          id: gid('DeliveryProfile', '1'),
          name: 'General profile',
          profileLocationGroups: [{ locationGroupZones: connection(zones) }],
        },
      ])(args);
    },
    metafieldDefinitions: (args: ListArgs) => {
      call.demand('products:read');
      return connection([])(args);
    },
    webhookSubscriptions: (args: ListArgs & { readonly uri?: string }) => {
      call.demand('webhooks:write');
      const known = desk.hooks.list().filter(({ url }) => args.uri === undefined || url === args.uri);
      return connection(
        known.map(({ id, url, topics }) => ({
          id: gid('WebhookSubscription', id),
          topic: topicOf(topics),
          uri: url,
          format: 'JSON',
        })),
      )(args);
    },
  };
}

const second = (time: string): number => Math.floor(Date.parse(time) / 1000);
const TIMES: Readonly<Record<string, 'createdAt' | 'updatedAt'>> = {
  updated_at: 'updatedAt',
  created_at: 'createdAt',
  processed_at: 'createdAt',
};

/** A search: terms that it does not know are left out of it, with a warning. `>` acts as `>=`, as on the platform. */
export function filtered(rows: readonly Row[], query: string | undefined, field: string, warnings: object[]): Row[] {
  let found = [...rows];
  for (const term of (query ?? '').split(/\s+(?:AND\s+)?/).filter((each) => each !== '')) {
    const [, name = '', sign = '', value = ''] = /^(\w+):([<>]=?)?'?([^']*)'?$/.exec(term) ?? [];
    const time = TIMES[name];
    if (time !== undefined) {
      const bound = second(value);
      found = found.filter((row) => (sign.startsWith('>') ? second(row[time]) >= bound : second(row[time]) < bound));
    } else if (name !== 'status')
      warnings.push({
        path: [field],
        query,
        warnings: [{ field: name, message: 'Invalid search field for this query.', code: 'invalid_field' }],
      });
  }
  return found;
}

/** By cursor, which holds the place by the key of the order and the id. */
function listed({ pages }: Desk, rows: readonly Row[], { first, after, sortKey }: ListArgs): Obj {
  if (first === undefined) throw new GraphqlFault('you must provide one of first or last', 'BAD_REQUEST');
  if (first > 250) throw new GraphqlFault('The limit of first is 250.', 'BAD_REQUEST');
  const keyOf = (row: Row): string =>
    sortKey === 'UPDATED_AT'
      ? `${String(second(row.updatedAt)).padStart(12, '0')}\n${row.id.padStart(20, '0')}`
      : row.id.padStart(20, '0');
  if (after != null) pages.goesOn();
  const place = after == null ? undefined : Buffer.from(after, 'base64').toString('utf8');
  if (place !== undefined && !/^\d{12,20}(\n\d{20})?$/.test(place))
    throw new GraphqlFault('Invalid cursor for current pagination sort.', 'BAD_REQUEST');
  const part = pages.byKey(rows, keyOf, { limit: first, after: place });
  const last = part.rows.at(-1);
  const end = part.next ?? (last && keyOf(last));
  return {
    nodes: part.rows.map(({ object }) => object()),
    pageInfo: {
      hasNextPage: part.next !== undefined,
      hasPreviousPage: after != null,
      endCursor: end === undefined ? null : Buffer.from(end).toString('base64'),
    },
  };
}
