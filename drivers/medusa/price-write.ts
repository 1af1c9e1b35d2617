import { z } from 'zod';
import { decimalString } from '../../model/money.ts';
import { HeldWrite, type EntryOf, type WriteResult } from '../contract/index.ts';
import { halvedWrite } from '../toolkit/writes/halved-write.ts';
import { isRefusal, type MedusaClient } from './client.ts';
import { listOf } from './data-model.ts';
import { withIds, type List } from './pages.ts';
import { prices, type MedusaPrice } from './payload.ts';
import { isPlain } from './product-map.ts';

type PriceWrite = EntryOf<'PriceExport'>;
type Result = WriteResult<'PriceExport'>;

const LIST: List = {
  path: '/product-variants',
  name: 'variants',
  query: { fields: 'id,product_id,updated_at,*prices,prices.price_list_id' },
};
const variantPayload = z.looseObject({ id: z.string(), product_id: z.string(), prices });
const preference = z.looseObject({ attribute: z.string(), value: z.string().nullish(), is_tax_inclusive: z.boolean() });

interface Planned {
  readonly entry: PriceWrite;
  readonly variant: { readonly id: string; readonly product_id: string };
  readonly prices: readonly object[];
}

class Refused extends Error {}

/** Sets the plain price of a currency; the other prices of the variant go along, since Medusa takes them as a whole. */
export async function writePrices(
  client: MedusaClient,
  entries: readonly PriceWrite[],
  signal: AbortSignal,
): Promise<readonly Result[]> {
  const gross = new Map<string, boolean>();
  for await (const { attribute, value, is_tax_inclusive: inclusive } of listOf(
    client,
    'price-preferences',
    preference,
    {},
    signal,
  ))
    if (attribute === 'currency_code' && value != null) gross.set(value.toUpperCase(), inclusive);
  const wanted = [...new Set(entries.map(({ variantId }) => variantId))];
  const found = (await withIds(client, LIST, wanted, signal)).flatMap(
    (row) => variantPayload.safeParse(row).data ?? [],
  );
  const variants = new Map(found.map((variant) => [variant.id, variant]));
  const plans = entries.map((entry) => planOf(entry, variants.get(entry.variantId), gross));
  const results = plans.filter((plan): plan is Result => 'outcome' in plan);
  const byProduct = Map.groupBy(
    plans.filter((plan): plan is Planned => 'variant' in plan),
    ({ variant }) => variant.product_id,
  );
  let held: HeldWrite | undefined;
  for (const planned of byProduct.values()) {
    try {
      results.push(
        ...((await halvedWrite(planned, {
          atOnce: 100,
          entries: ({ entry }) => [entry],
          send: (batch) => send(client, batch, signal),
          refused: (error) => error instanceof Refused,
          alone: ({ entry }, error) => [
            rejected(entry, 'StoreRefused', `Medusa does not take it: ${(error as Error).message}`),
          ],
        })) as readonly Result[]),
      );
    } catch (error) {
      // In Test mode every request is to be shown, not the first alone.
      if (!(error instanceof HeldWrite)) throw error;
      held = error;
    }
  }
  if (held) throw held;
  return results;
}

const rejected = ({ entryId, sku }: PriceWrite, reason: string, message: string): Result => ({
  ...{ entryId, outcome: 'Rejected', reason },
  message: `${sku}: ${message}`,
});

function planOf(
  entry: PriceWrite,
  variant: z.infer<typeof variantPayload> | undefined,
  gross: ReadonlyMap<string, boolean>,
): Planned | Result {
  const { currency, includesTax, price } = entry;
  if (!variant)
    return rejected(
      entry,
      'UnknownVariant',
      'Medusa does not know the variant any more: run ProductImport, or take the SKU off',
    );
  const wantsTax = gross.get(currency);
  if (wantsTax === undefined)
    return rejected(
      entry,
      'NotSupported',
      `the store does not sell in ${currency}: add the currency in Medusa, or send another`,
    );
  if (wantsTax !== includesTax)
    return rejected(
      entry,
      'NotSupported',
      `prices in ${currency} are ${wantsTax ? 'with' : 'without'} tax in Medusa: send this one so, too`,
    );
  const code = currency.toLowerCase();
  const amount = Number(decimalString(price, currency));
  const there = variant.prices.find((each) => isPlain(each) && each.currency_code === code);
  // Those of price lists are not the variant's own.
  const others = variant.prices.filter((each) => each !== there && each.price_list_id == null).map(asSent);
  const set = { ...(there ? { id: there.id } : {}), currency_code: code, amount };
  return { entry, variant, prices: [...others, set] };
}

function asSent({ id, currency_code, amount, min_quantity, max_quantity, rules }: MedusaPrice): object {
  const bounds = {
    ...(min_quantity == null ? {} : { min_quantity }),
    ...(max_quantity == null ? {} : { max_quantity }),
  };
  return { id, currency_code, amount, ...bounds, ...(rules && Object.keys(rules).length > 0 ? { rules } : {}) };
}

/** Variants of one product, in one call. */
async function send(client: MedusaClient, plans: readonly Planned[], signal: AbortSignal): Promise<readonly Result[]> {
  const body = { update: plans.map(({ variant, prices: all }) => ({ id: variant.id, prices: all })) };
  const path = `/products/${plans[0]!.variant.product_id}/variants/batch`;
  const answer = await client.write({ path, body }, z.looseObject({}), signal);
  if (isRefusal(answer)) throw new Refused(answer.refused);
  return plans.map(({ entry: { entryId } }): Result => ({ entryId, outcome: 'Applied' }));
}
