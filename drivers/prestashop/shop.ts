import { zonedTime, type ZonedTime } from '../toolkit/time/zoned-time.ts';
import type { PrestaClient } from './client.ts';
import type { Meaning } from './config.ts';
import { terminal } from './errors.ts';
import { field } from './fields.ts';

/** What a shop has set for all of its records. */
export interface ShopFacts {
  readonly zone: ZonedTime;
  readonly name: string;
  /** Number of the currency that prices are in. */
  readonly currency: string;
  /** Number of the language of names. */
  readonly language: string | undefined;
  /** Of one unit of weight. */
  readonly grams: number;
  /** What its own order states mean, by number. */
  readonly meanings: ReadonlyMap<string, Meaning>;
  readonly shippedState: string | undefined;
}

/** States that PrestaShop itself sets, by the name of their setting: never by the name or the number of the state. */
const STATES = {
  PS_OS_CANCELED: 'Cancelled',
  PS_OS_REFUND: 'Refunded',
  PS_OS_ERROR: 'Failed',
} as const satisfies Readonly<Record<string, Meaning>>;
const NAMES = [
  ...['PS_TIMEZONE', 'PS_SHOP_NAME', 'PS_CURRENCY_DEFAULT', 'PS_LANG_DEFAULT', 'PS_WEIGHT_UNIT', 'PS_OS_SHIPPING'],
  ...Object.keys(STATES),
];
const GRAMS: Readonly<Record<string, number>> = { kg: 1000, g: 1, lb: 453.59237, lbs: 453.59237, oz: 28.349523125 };

/** Settings of the shop, once a run. */
export async function shopFacts(client: PrestaClient, signal: AbortSignal): Promise<ShopFacts> {
  const { settings } = client.context;
  const all = await valuesOf(client, signal);
  return {
    zone: zoneOf(settings.timeZone ?? all.get('PS_TIMEZONE')),
    name: all.get('PS_SHOP_NAME') ?? '',
    currency: all.get('PS_CURRENCY_DEFAULT') ?? '',
    language: settings.language?.toString() ?? all.get('PS_LANG_DEFAULT'),
    grams: GRAMS[(all.get('PS_WEIGHT_UNIT') ?? 'kg').toLowerCase()] ?? 1000,
    meanings: new Map<string, Meaning>([
      ...Object.entries(STATES).flatMap(([name, meaning]) => {
        const id = all.get(name);
        return id === undefined ? [] : [[id, meaning] as const];
      }),
      ...Object.entries(settings.states),
    ]),
    shippedState: settings.shippedState?.toString() ?? all.get('PS_OS_SHIPPING'),
  };
}

/** A shop's own value stands before that of its group, and that before the one of all. */
async function valuesOf(client: PrestaClient, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const { shop, shopGroup } = client.context.settings;
  const query = { 'filter[name]': `[${NAMES.join('|')}]`, display: '[name,value,id_shop,id_shop_group]' };
  const rows = await client.list('configurations', query, signal);
  const found = new Map<string, { readonly value: string; readonly rank: number }>();
  for (const row of rows) {
    const [own, group] = [Number(field(row, 'id_shop')), Number(field(row, 'id_shop_group'))];
    const fits = own > 0 ? own === shop : group === 0 || group === shopGroup;
    const rank = own > 0 ? 2 : group > 0 ? 1 : 0;
    const before = found.get(field(row, 'name'));
    const value = field(row, 'value');
    if (fits && value !== '' && (!before || before.rank <= rank)) found.set(field(row, 'name'), { value, rank });
  }
  return new Map([...found].map(([name, { value }]) => [name, value]));
}

function zoneOf(name: string | undefined): ZonedTime {
  if (name === undefined)
    throw terminal(
      'UnsupportedSchema',
      'the shop does not say its time zone: name it in settings.timeZone of the Connection',
    );
  try {
    return zonedTime(name);
  } catch {
    throw terminal(
      'UnsupportedSchema',
      `the shop's time zone "${name.slice(0, 40)}" is not known: name it in settings.timeZone of the Connection`,
    );
  }
}
