import { z } from 'zod';
import { locations } from './catalogue.ts';
import type { AdminClient } from './graphql.ts';

/** What products refer to: where stock lies and how it is taxed. */
export interface Shop {
  readonly taxCategoryId: string;
  /** In the order of `locations`. */
  readonly locationIds: readonly string[];
}

const made = z.object({ made: z.object({ id: z.string() }) });
const channel = z.object({ activeChannel: z.object({ id: z.string() }) });
const idList = z.object({ stockLocations: z.object({ items: z.array(z.object({ id: z.string() })) }) });

/** Settings of the shop: zone, channel, tax of 20 %, shipping, payment, two stock locations. */
export async function seedShop(client: AdminClient): Promise<Shop> {
  const create = async (mutation: string, type: string, input: unknown): Promise<string> => {
    const answer = await client.ask(
      `mutation ($input: ${type}!) { made: ${mutation}(input: $input) { id } }`,
      { input },
      made,
    );
    return answer.made.id;
  };
  const countryIds: string[] = [];
  for (const [code, name] of [
    ['DE', 'Germany'],
    ['NL', 'Netherlands'],
    ['AT', 'Austria'],
  ] as const) {
    countryIds.push(
      await create('createCountry', 'CreateCountryInput', {
        code,
        enabled: true,
        translations: [{ languageCode: 'en', name }],
      }),
    );
  }
  const zoneId = await create('createZone', 'CreateZoneInput', { name: 'Europe', memberIds: countryIds });
  const { activeChannel } = await client.ask('{ activeChannel { id } }', {}, channel);
  await client.ask(
    'mutation ($input: UpdateChannelInput!) { made: updateChannel(input: $input) { ... on Channel { id } ... on ErrorResult { errorCode message } } }',
    {
      input: {
        id: activeChannel.id,
        defaultTaxZoneId: zoneId,
        defaultShippingZoneId: zoneId,
        defaultCurrencyCode: 'EUR',
        availableCurrencyCodes: ['EUR'],
        pricesIncludeTax: true,
      },
    },
    made,
  );
  const taxCategoryId = await create('createTaxCategory', 'CreateTaxCategoryInput', {
    name: 'Standard',
    isDefault: true,
  });
  await create('createTaxRate', 'CreateTaxRateInput', {
    name: 'Standard 20 %',
    enabled: true,
    value: 20,
    categoryId: taxCategoryId,
    zoneId,
  });
  for (const [code, name, rate] of [
    ['standard', 'Standard parcel', 490],
    ['express', 'Express parcel', 1290],
  ] as const) {
    await create('createShippingMethod', 'CreateShippingMethodInput', {
      code,
      fulfillmentHandler: 'manual-fulfillment',
      checker: { code: 'default-shipping-eligibility-checker', arguments: [{ name: 'orderMinimum', value: '0' }] },
      calculator: {
        code: 'default-shipping-calculator',
        arguments: [
          { name: 'rate', value: String(rate) },
          { name: 'includesTax', value: 'auto' },
          { name: 'taxRate', value: '20' },
        ],
      },
      translations: [{ languageCode: 'en', name, description: '' }],
    });
  }
  // Paid at once, and authorised now and settled later.
  for (const [code, name, automaticSettle] of [
    ['dummy', 'Dummy payment', 'true'],
    ['invoice', 'Invoice', 'false'],
  ] as const) {
    await create('createPaymentMethod', 'CreatePaymentMethodInput', {
      code,
      enabled: true,
      handler: { code: 'dummy-payment-handler', arguments: [{ name: 'automaticSettle', value: automaticSettle }] },
      translations: [{ languageCode: 'en', name, description: '' }],
    });
  }
  return { taxCategoryId, locationIds: await seedLocations(client) };
}

/** Vendure always has one location; it becomes the first of ours. */
async function seedLocations(client: AdminClient): Promise<string[]> {
  const { stockLocations } = await client.ask('{ stockLocations { items { id } } }', {}, idList);
  const ids: string[] = [];
  for (const [index, name] of locations.entries()) {
    const existing = stockLocations.items[index]?.id;
    const [mutation, type] =
      existing === undefined
        ? ['createStockLocation', 'CreateStockLocationInput']
        : ['updateStockLocation', 'UpdateStockLocationInput'];
    const answer = await client.ask(
      `mutation ($input: ${type}!) { made: ${mutation}(input: $input) { id } }`,
      { input: { id: existing, name, description: '' } },
      made,
    );
    ids.push(answer.made.id);
  }
  return ids;
}
