import { z } from 'zod';
import type { MedusaAdmin } from './admin.ts';

const id = z.looseObject({ id: z.string() });
const one = <N extends string>(name: N) => z.object({ [name]: id } as Record<N, typeof id>);

/** Who lives where a test store sends to. */
export const address = {
  ...{ first_name: 'Ada', last_name: 'Berg', address_1: 'Street 1', city: 'Graz' },
  ...{ postal_code: '8010', country_code: 'at', phone: '+43 316 1' },
};

/** What a test needs to know of the seeded shop. */
export interface Seeded {
  readonly regionId: string;
  readonly channelId: string;
  readonly shippingOptionId: string;
  readonly vienna: string;
  readonly linz: string;
}

/** A shop with two locations, 20 % tax, three products, and a kit of two of them. */
export async function seed(admin: MedusaAdmin): Promise<Seeded> {
  const post = <T>(path: string, schema: z.ZodType<T>, body: Readonly<Record<string, unknown>>) =>
    admin.call('POST', path, schema, body);
  const [storeId] = [...(await admin.idsBy('/stores', 'stores', 'name')).values()];
  await admin.do('POST', `/stores/${storeId}`, {
    ...{ name: 'Test shop', supported_currencies: [{ currency_code: 'eur', is_default: true }] },
  });
  const { region } = await post('/regions', one('region'), {
    ...{ name: 'Austria', currency_code: 'eur', countries: ['at'], payment_providers: ['pp_system_default'] },
  });
  await admin.do('POST', '/tax-regions', {
    ...{ country_code: 'at', provider_id: 'tp_system', default_tax_rate: { rate: 20, code: 'VAT', name: 'VAT 20 %' } },
  });
  const [channelId] = [...(await admin.idsBy('/sales-channels', 'sales_channels', 'name')).values()];
  const [vienna, linz] = [await locationOf(admin, 'Vienna', channelId!), await locationOf(admin, 'Linz', channelId!)];
  const { profileId, optionId } = await shippingOf(admin, vienna);
  await catalogueOf(admin, profileId, channelId!, [vienna, linz]);
  return { regionId: region.id, channelId: channelId!, shippingOptionId: optionId, vienna, linz };
}

async function locationOf(admin: MedusaAdmin, name: string, channelId: string): Promise<string> {
  const { stock_location: location } = await admin.call('POST', '/stock-locations', one('stock_location'), { name });
  await admin.do('POST', `/stock-locations/${location.id}/sales-channels`, { add: [channelId] });
  await admin.do('POST', `/stock-locations/${location.id}/fulfillment-providers`, { add: ['manual_manual'] });
  return location.id;
}

async function shippingOf(admin: MedusaAdmin, locationId: string) {
  const path = `/stock-locations/${locationId}`;
  await admin.do('POST', `${path}/fulfillment-sets`, { name: 'Parcels', type: 'shipping' });
  const sets = z.object({ stock_location: z.object({ fulfillment_sets: z.array(id).min(1) }) });
  const { stock_location: location } = await admin.call('GET', `${path}?fields=*fulfillment_sets`, sets);
  const zones = z.object({ fulfillment_set: z.object({ service_zones: z.array(id).min(1) }) });
  const { fulfillment_set: set } = await admin.call(
    'POST',
    `/fulfillment-sets/${location.fulfillment_sets[0]!.id}/service-zones`,
    zones,
    { name: 'Austria', geo_zones: [{ type: 'country', country_code: 'at' }] },
  );
  const [known] = [...(await admin.idsBy('/shipping-profiles', 'shipping_profiles', 'name')).values()];
  const profileId =
    known ??
    (await admin.call('POST', '/shipping-profiles', one('shipping_profile'), { name: 'Default', type: 'default' }))
      .shipping_profile.id;
  const { shipping_option: option } = await admin.call('POST', '/shipping-options', one('shipping_option'), {
    ...{ name: 'Standard', price_type: 'flat', provider_id: 'manual_manual', shipping_profile_id: profileId },
    service_zone_id: set.service_zones[0]!.id,
    type: { label: 'Standard', description: 'in three days', code: 'standard' },
    ...{ prices: [{ currency_code: 'eur', amount: 4.9 }], rules: [] },
  });
  return { profileId, optionId: option.id };
}

async function catalogueOf(
  admin: MedusaAdmin,
  shipping_profile_id: string,
  channelId: string,
  locations: readonly string[],
): Promise<void> {
  const common = { status: 'published', shipping_profile_id, sales_channels: [{ id: channelId }] };
  const variant = (sku: string, price: number, options: Readonly<Record<string, string>>, more: object = {}) => ({
    ...{ title: Object.values(options)[0], sku, manage_inventory: true, options },
    prices: [{ currency_code: 'eur', amount: price }],
    ...more,
  });
  const ofOne = { options: [{ title: 'Kind', values: ['One'] }] };
  await admin.do('POST', '/products/batch', {
    create: [
      {
        ...{ ...common, title: 'T-Shirt', material: 'cotton', options: [{ title: 'Size', values: ['S', 'M'] }] },
        images: [{ url: 'https://images.example/tee.jpg' }],
        variants: [
          variant('TEE-S', 19.9, { Size: 'S' }, { barcode: '4006381333931', weight: 200 }),
          variant('TEE-M', 19.9, { Size: 'M' }),
        ],
      },
      { ...common, ...ofOne, title: 'Mug', variants: [variant('MUG', 10.5, { Kind: 'One' })] },
    ],
  });
  const items = await admin.idsBy('/inventory-items', 'inventory_items', 'sku');
  await admin.do('POST', '/inventory-items/location-levels/batch', {
    create: [...items.values()].flatMap((inventory_item_id) =>
      locations.map((location_id) => ({ inventory_item_id, location_id, stocked_quantity: 50 })),
    ),
  });
  const kit = [
    { inventory_item_id: items.get('TEE-S'), required_quantity: 1 },
    { inventory_item_id: items.get('MUG'), required_quantity: 2 },
  ];
  await admin.do('POST', '/products', {
    ...{ ...common, ...ofOne, title: 'Set' },
    variants: [variant('SET', 35, { Kind: 'One' }, { inventory_items: kit })],
  });
}
