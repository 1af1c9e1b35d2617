import { HeldWrite } from '../contract/index.ts';
import { writeOneByOne } from '../writes/one-by-one.ts';
import { Found, shownWith, unlessNotShown } from './broken-rows.ts';
import type { PrestaClient } from './client.ts';
import { field, nodeOf } from './fields.ts';
import { allWith } from './lists.ts';
import { planOf, rejected, type Present, type PriceResult, type PriceWrite, type Step } from './price-plan.ts';
import { currenciesOf } from './products.ts';
import { Schemas } from './schemas.ts';
import { shopFacts } from './shop.ts';
import { isForEveryone, newSpecial, reducedBy, type Everyone } from './specials.ts';

const DAY_MS = 86_400_000;

interface Work {
  readonly client: PrestaClient;
  readonly schemas: Schemas;
  readonly everyone: Everyone;
  /** Yesterday by the shop's own clock: what ended then is over, however the clocks differ. */
  readonly yesterday: string;
  readonly signal: AbortSignal;
}

/** Sets prices without tax: of a product, or what a combination adds to it; a special one where one is struck out. */
export async function writePrices(
  client: PrestaClient,
  entries: readonly PriceWrite[],
  signal: AbortSignal,
): Promise<readonly PriceResult[]> {
  const shop = await shopFacts(client, signal);
  const currency = (await currenciesOf(client, signal)).get(shop.currency) ?? '';
  const local = (at: Date): string => shop.zone.local(at.toISOString()).replace('T', ' ');
  const now = client.context.now();
  const { settings } = client.context;
  const work: Work = {
    ...{ client, signal, schemas: new Schemas(client, signal) },
    everyone: { settings, currency: shop.currency, now: local(now) },
    yesterday: local(new Date(now.getTime() - DAY_MS)),
  };
  const present = await presentOf(work, entries);
  return writeOneByOne(entries, (entry) =>
    unlessNotShown(entry, entry.sku, async () => {
      const there = present(entry.variantId);
      const plan = planOf(entry, there, currency);
      if ('outcome' in plan) return plan;
      return (await refusedHere(work, entry, plan)) ?? (await carryOut(work, entry, there, plan));
    }),
  );
}

/** Products, combinations (34; p12 is a product without any) and special prices of all entries together. */
async function presentOf({ client, everyone, signal }: Work, entries: readonly PriceWrite[]) {
  const variants = entries.map(({ variantId }) => variantId);
  const combined = variants.filter((id) => /^[1-9]\d{0,15}$/.test(id));
  const simple = variants.filter((id) => /^p[1-9]\d{0,15}$/.test(id)).map((id) => id.slice(1));
  const found = async (resource: string, ids: readonly string[], name: string, display?: string) => {
    const asked = { resource, name, query: { display: display ?? 'full' } };
    const shown = await shownWith(client, asked, ids, signal);
    return { rows: shown.rows, found: new Found(asked, shown) };
  };
  const { rows, found: combinations } = await found('combinations', combined, 'id', '[id,id_product,price]');
  const of = [...simple, ...rows.map((row) => field(row, 'id_product'))];
  const { found: products } = await found('products', of, 'id', '[id,price,cache_default_attribute]');
  const { found: specials } = await found('specific_prices', of, 'id_product');
  return (variantId: string): Present => {
    const combination = combinations.one(variantId);
    const productId = combination ? field(combination, 'id_product') : /^p(\d+)$/.exec(variantId)?.[1];
    const product = productId === undefined ? undefined : products.one(productId);
    const own = ['0', '', variantId];
    const all = product ? specials.all(field(product, 'id')).filter((row) => isForEveryone(row, everyone)) : [];
    const its = all.filter((row) => own.includes(field(row, 'id_product_attribute')));
    return { product, combination, specials: its };
  };
}

/** In Test mode each request is to be shown, not the first alone. */
async function carryOut(work: Work, entry: PriceWrite, present: Present, steps: readonly Step[]): Promise<PriceResult> {
  const { entryId } = entry;
  if (steps.length === 0) return { entryId, outcome: 'AlreadyApplied' };
  let held: HeldWrite | undefined;
  for (const step of steps)
    try {
      if (!(await take(work, present, step)))
        return rejected(
          entry,
          'UnknownVariant',
          'it went while its price was written: run ProductImport, or take the SKU off',
        );
    } catch (error) {
      if (!(error instanceof HeldWrite)) throw error;
      held = error;
    }
  if (held) throw held;
  return { entryId, outcome: 'Applied' };
}

/** Whether there is what it is about. */
async function take(work: Work, { product, combination }: Present, step: Step): Promise<boolean> {
  const own = field(product, 'id');
  switch (step.kind) {
    case 'base':
      return combination
        ? put(work, 'combinations', field(combination, 'id'), { price: step.price })
        : put(work, 'products', own, { price: step.price });
    case 'end':
      return put(work, 'specific_prices', field(step.row, 'id'), { to: work.yesterday });
    case 'special': {
      if (step.row) return put(work, 'specific_prices', field(step.row, 'id'), reducedBy(step.reduction));
      const record = newSpecial(own, combination && field(combination, 'id'), step.reduction, work.everyone);
      await work.client.write('POST', { resource: 'specific_prices', record }, work.signal);
      return true;
    }
  }
}

/** A release that knows no reductions without tax would take off another amount. */
async function refusedHere(
  { schemas }: Work,
  entry: PriceWrite,
  steps: readonly Step[],
): Promise<PriceResult | undefined> {
  if (!steps.some(({ kind }) => kind === 'special')) return undefined;
  const schema = await schemas.of('specific_prices');
  if (schema?.fields.has('reduction_tax')) return undefined;
  return rejected(
    entry,
    'NotSupported',
    'this release of PrestaShop takes off amounts with tax alone (no "reduction_tax" at specific_prices): update the shop, or end the special price there and send the price without compareAt',
  );
}

/**
 * PrestaShop takes a record whole: it is read right before, in all languages, so that nothing else changes. What
 * belongs to it (images, categories) stays where it is not sent.
 */
async function put(
  { client, schemas, signal }: Work,
  resource: string,
  id: string,
  changes: Readonly<Record<string, string>>,
): Promise<boolean> {
  const [row] = await allWith(client, resource, 'id', [id], signal);
  if (!row) return false;
  const record = nodeOf(row, changes, (await schemas.of(resource))?.writable);
  return (await client.write('PUT', { resource, id, record }, signal)) !== undefined;
}
