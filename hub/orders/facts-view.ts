import type { Row } from '../storage/database.ts';
import type { OrderView } from './order-schema.ts';

type Json = Readonly<Record<string, unknown>>;

const ADDRESS = ['name', 'company', 'street1', 'street2', 'city', 'region', 'postalCode', 'country', 'phone'];

/** Fields by name, null where there is none. */
const nullable = (source: Json, names: readonly string[]): Json =>
  Object.fromEntries(names.map((name) => [name, source[name] ?? null]));
const addressOf = (address: unknown): Json => nullable((address ?? {}) as Json, ADDRESS);
const entries = (list: unknown, names: readonly string[]): Json[] =>
  ((list ?? []) as readonly Json[]).map((entry) => nullable(entry, names));

/** What a change after export can change, of a row's `facts`. */
export function changeableView(row: Row): Json {
  const facts = (row['facts'] ?? {}) as Json;
  const pickup = facts['pickupPoint'] as Json | undefined;
  return {
    ...nullable(facts, ['shipBy', 'deliverBy', 'giftMessage']),
    pickupPoint: pickup
      ? {
          ...nullable(pickup, ['id', 'name', 'carrier']),
          address: pickup['address'] ? addressOf(pickup['address']) : null,
        }
      : null,
    deliveries: ((facts['deliveries'] ?? []) as readonly Json[]).map((delivery) => ({
      ...nullable(delivery, ['id', 'methodCode', 'methodName', 'locationId']),
      address: addressOf(delivery['address']),
    })),
  };
}

/** What few orders have, of a row's `facts` and `standing` (model/order-facts.ts). */
export function factsView(row: Row): Partial<OrderView> {
  const facts = (row['facts'] ?? {}) as Json;
  const standing = (row['standing'] ?? {}) as Json;
  return {
    test: facts['test'] === true,
    hold: standing['hold'] ?? null,
    fulfilledBy: facts['fulfilledBy'] ?? 'Merchant',
    channel: facts['channel'] ?? null,
    references: facts['references'] ?? {},
    ...changeableView(row),
    taxes: entries(facts['taxes'], ['rate', 'amount', 'title']),
    discounts: entries(facts['discounts'], ['code', 'amount']),
    payments: entries(standing['payments'], ['method', 'amount', 'state', 'reference']),
    custom: facts['custom'] ?? {},
    customCut: facts['customCut'] ?? [],
  } as unknown as Partial<OrderView>;
}

/** What few lines have. */
export function lineFactsView(line: Row): Json {
  const facts = (line['facts'] ?? {}) as Json;
  return {
    ...nullable(facts, ['parentId', 'deliveryId']),
    custom: facts['custom'] ?? {},
    customCut: facts['customCut'] ?? [],
  };
}
