import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type StockWrite, type WriteResult } from '../contract/index.ts';
import { halvedWrite } from '../toolkit/writes/halved-write.ts';
import type { ShopifyClient } from './client.ts';
import { ACTIVATE, SET_QUANTITIES } from './documents.ts';
import { globalId } from './ids.ts';
import { knownVariants, unknownVariant, userErrors, type Known, type UserErrors } from './lookup.ts';

/** Shopify takes so many rows in a call, and does all of them or none. */
const AT_ONCE = 250;
const answer = z.object({ inventorySetQuantities: z.object({ userErrors }).nullable() });
const activated = z.object({ inventoryActivate: z.object({ userErrors }).nullable() });

interface Row {
  readonly entry: StockWrite;
  readonly known: Known;
}

/** What Shopify said against a call: nothing of it was done. */
class Refused extends Error {
  readonly errors: UserErrors;

  constructor(errors: UserErrors) {
    super('refused');
    this.errors = errors;
  }
}

/** Sets levels, absolutely, by the number that the setting says. */
export async function writeStock(
  client: ShopifyClient,
  entries: readonly StockWrite[],
  signal: AbortSignal,
): Promise<readonly WriteResult<'StockExport'>[]> {
  const known = await knownVariants(
    client,
    entries.map(({ variantId }) => variantId),
    signal,
  );
  const results: WriteResult[] = [];
  const rows: Row[] = [];
  for (const entry of entries) {
    const refused = refusal(client, entry, known.get(entry.variantId));
    if (refused) results.push(refused);
    else rows.push({ entry, known: known.get(entry.variantId)! });
  }
  // One level must not stand twice in a call.
  const [first, again] = onceEach(rows);
  for (const part of [first, again])
    if (part.length > 0)
      results.push(
        ...(await halvedWrite(part, {
          atOnce: AT_ONCE,
          entries: ({ entry }) => [entry],
          send: (batch) => send(client, batch, signal),
          refused: (error) => error instanceof Refused,
          alone: (row, error) => alone(client, row, error as Refused, signal),
        })),
      );
  return results;
}

function onceEach(rows: readonly Row[]): [Row[], Row[]] {
  const seen = new Set<string>();
  const parts: [Row[], Row[]] = [[], []];
  for (const row of rows) {
    const key = `${row.known.inventoryItem.id} ${row.entry.locationId}`;
    parts[seen.has(key) ? 1 : 0].push(row);
    seen.add(key);
  }
  return parts;
}

/** What no repeating can help, known before anything is sent. */
function refusal(client: ShopifyClient, entry: StockWrite, known: Known | undefined): WriteResult | undefined {
  const rejected = (reason: string, message: string): WriteResult => ({
    ...{ entryId: entry.entryId, outcome: 'Rejected', reason },
    message: `${entry.sku}: ${message}`,
  });
  if (!known) return unknownVariant(entry);
  const { locations } = client.settings;
  if (locations && !locations.includes(entry.locationId))
    return rejected(
      'UnknownLocation',
      `location ${entry.locationId} is not among settings.locations of the Connection: add it there, or mend the Store`,
    );
  if (!known.inventoryItem.tracked)
    return rejected(
      'NotSupported',
      'Shopify does not count its stock: switch on "Track quantity" at the variant, then replay',
    );
  return undefined;
}

async function send(client: ShopifyClient, rows: readonly Row[], signal: AbortSignal): Promise<readonly WriteResult[]> {
  const name = client.settings.stock;
  const quantities = rows.map(({ entry, known }) => ({
    inventoryItemId: known.inventoryItem.id,
    locationId: globalId('Location', entry.locationId),
    quantity: quantityOf(client, entry),
    // What the hub expects is what lies in the warehouse; null: whatever is there.
    changeFromQuantity: name === 'on_hand' ? (entry.expected ?? null) : null,
  }));
  const key = keyOf(rows.map(({ entry }) => entry));
  const input = { name, reason: 'correction', quantities };
  const { inventorySetQuantities: done } = await client.mutate(
    { document: SET_QUANTITIES, answer },
    { input, key },
    signal,
  );
  if (!done || done.userErrors.length > 0) throw new Refused(done?.userErrors ?? []);
  return rows.map(({ entry }): WriteResult => ({ entryId: entry.entryId, outcome: 'Applied' }));
}

const quantityOf = ({ settings }: ShopifyClient, { quantity, available }: StockWrite): number =>
  settings.stock === 'on_hand' ? quantity : available;

/** The same write again has the same key: Shopify then answers as before, and sets nothing. */
function keyOf(entries: readonly StockWrite[]): string {
  const text = entries
    .map(({ entryId, quantity, available, expected }) => [entryId, quantity, available, expected ?? ''].join('/'))
    .join(' ');
  return createHash('sha256').update(text).digest('hex').slice(0, 48);
}

/** One level that Shopify refuses. */
async function alone(
  client: ShopifyClient,
  row: Row,
  refused: Refused,
  signal: AbortSignal,
): Promise<readonly WriteResult[]> {
  const { entry } = row;
  const [error] = refused.errors;
  const rejected = (reason: string, message: string): WriteResult[] => [
    { entryId: entry.entryId, outcome: 'Rejected', reason, message: `${entry.sku}: ${message}` },
  ];
  const again = (reason: string, message: string): WriteResult[] => [
    { entryId: entry.entryId, outcome: 'Retry', reason, message: `${entry.sku}: ${message}` },
  ];
  switch (error?.code ?? '') {
    case 'ITEM_NOT_STOCKED_AT_LOCATION':
      return activate(client, row, signal);
    case 'CHANGE_FROM_QUANTITY_STALE':
    case 'COMPARE_QUANTITY_STALE':
      return again('StockChanged', `the level changed at Shopify meanwhile, and is not ${entry.expected} any more`);
    case 'INVALID_LOCATION':
      return rejected(
        'UnknownLocation',
        `Shopify has no location ${entry.locationId}: run DataModelSync and choose one that exists`,
      );
    case 'INVALID_INVENTORY_ITEM':
      return [unknownVariant(entry)];
    case 'INVALID_QUANTITY_NEGATIVE':
    case 'INVALID_QUANTITY_TOO_HIGH':
    case 'INVALID_QUANTITY_TOO_LOW':
    case 'NON_MUTABLE_INVENTORY_ITEM':
      return rejected('StoreRefused', `Shopify does not take the level: ${error?.message ?? ''}`);
    default:
      return again('StoreError', `Shopify did not set the level: ${error?.message ?? 'it said nothing'}`);
  }
}

/** Before 2026-10 a location must have had the item once. */
async function activate(
  client: ShopifyClient,
  { entry, known }: Row,
  signal: AbortSignal,
): Promise<readonly WriteResult[]> {
  const level = quantityOf(client, entry);
  const variables = {
    item: known.inventoryItem.id,
    location: globalId('Location', entry.locationId),
    ...(client.settings.stock === 'on_hand' ? { onHand: level } : { available: level }),
  };
  const { inventoryActivate: done } = await client.mutate({ document: ACTIVATE, answer: activated }, variables, signal);
  const [error] = done?.userErrors ?? [];
  if (error)
    return [
      {
        ...{ entryId: entry.entryId, outcome: 'Rejected', reason: 'StoreRefused' },
        message: `${entry.sku}: Shopify does not stock it at location ${entry.locationId}: ${error.message}`,
      },
    ];
  return [{ entryId: entry.entryId, outcome: 'Applied' }];
}
