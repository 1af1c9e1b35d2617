import { z } from 'zod';
import { currencyExponent } from '../../model/money.ts';
import type { EntryOf, WriteResult } from '../contract/index.ts';
import type { Operation, VendureClient } from './client.ts';
import { shopFields, shopFacts, type ShopFacts } from './shop.ts';
import { writeVariants, type VariantWriter } from './variant-writes.ts';

type PriceWrite = EntryOf<'PriceExport'>;

const channelFacts = z.object({ pricesIncludeTax: z.boolean(), availableCurrencyCodes: z.array(z.string()) });
type ChannelFacts = z.infer<typeof channelFacts>;

/** How the channel keeps prices. */
const facts: Operation<{ readonly activeChannel: ChannelFacts; readonly shop: ShopFacts }> = {
  document: `{ activeChannel { pricesIncludeTax availableCurrencyCodes } ${shopFields()} }`,
  answer: z.object({ activeChannel: channelFacts, shop: shopFacts }),
};

const answer = z.object({
  updateProductVariants: z.array(
    z.object({ id: z.string(), prices: z.array(z.object({ currencyCode: z.string(), price: z.int() })) }).nullable(),
  ),
});
type Answer = z.infer<typeof answer>;

/** Sets prices, absolutely; gross or net as the channel keeps them. Vendure has no price to strike out. */
export async function writePrices(
  client: VendureClient,
  entries: readonly PriceWrite[],
  signal: AbortSignal,
): Promise<readonly WriteResult[]> {
  const { activeChannel, shop } = await client.query(facts, {}, signal);
  const refused = entries.flatMap((entry) => refusal(entry, activeChannel) ?? []);
  const impossible = new Set(refused.map(({ entryId }) => entryId));
  return [
    ...refused,
    ...(await writeVariants(
      client,
      writerFor(shop),
      entries.filter(({ entryId }) => !impossible.has(entryId)),
      signal,
    )),
  ];
}

/** What no repeating can help, known before anything is sent. */
function refusal({ entryId, sku, currency, includesTax }: PriceWrite, channel: ChannelFacts): WriteResult | undefined {
  if (includesTax !== channel.pricesIncludeTax) {
    return {
      entryId,
      outcome: 'Rejected',
      reason: 'PriceTaxDiffers',
      message: `The channel keeps ${channel.pricesIncludeTax ? 'gross' : 'net'} prices, that of "${sku}" is ${includesTax ? 'gross' : 'net'}: post it with includesTax ${channel.pricesIncludeTax}.`,
    };
  }
  if (!channel.availableCurrencyCodes.includes(currency)) {
    return {
      entryId,
      outcome: 'Rejected',
      reason: 'StoreRefused',
      message: `The channel does not sell in ${currency} ("${sku}"): add the currency to the channel, or post the price in ${channel.availableCurrencyCodes.join(' or ')}.`,
    };
  }
  return undefined;
}

function writerFor(shop: ShopFacts): VariantWriter<PriceWrite, Answer> {
  const amount = ({ price, currency }: PriceWrite) => toStoreUnits(price, currency, shop);
  return {
    what: 'price',
    operation: {
      document: `mutation ($input: [UpdateProductVariantInput!]!) { updateProductVariants(input: $input) { id prices { currencyCode price } } }`,
      answer,
    },
    input: (id, entries) => ({
      id,
      prices: entries.map((entry) => ({ currencyCode: entry.currency, price: amount(entry) })),
    }),
    confirmed: (entry, { updateProductVariants }) => {
      const now = updateProductVariants
        .find((each) => each?.id === entry.variantId)
        ?.prices.find(({ currencyCode }) => currencyCode === entry.currency)?.price;
      if (now === amount(entry)) return { entryId: entry.entryId, outcome: 'Applied' };
      return {
        entryId: entry.entryId,
        outcome: 'Retry',
        reason: 'NotConfirmed',
        message: `The store shows ${now ?? 'no price'} instead of ${amount(entry)} for "${entry.sku}" after setting it: something else writes prices at the same time.`,
      };
    },
  };
}

/** The other way round than `toMinorUnits`; a shop that keeps fewer digits than the currency has rounds. */
function toStoreUnits(price: number, currency: string, shop: ShopFacts): number {
  return Math.round(price * 10 ** (shop.serverConfig.moneyStrategyPrecision - currencyExponent(currency)));
}
