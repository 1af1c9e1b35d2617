import { z } from 'zod';
import { retry } from '../contract/index.ts';
import type { MagentoClient } from './client.ts';
import { NEEDS } from './needs.ts';

const configs = z
  .array(
    z.looseObject({
      id: z.int(),
      code: z.string(),
      base_currency_code: z.string().length(3),
      weight_unit: z.enum(['kgs', 'lbs']).catch('kgs'),
      base_url: z.string(),
      secure_base_url: z.string().nullish(),
      base_media_url: z.string(),
      secure_base_media_url: z.string().nullish(),
    }),
  )
  .min(1);

/** A store view with the settings that it has. */
export type StoreView = z.infer<typeof configs>[number];

/** What the whole shop, or the store view of the settings, has for all of its products. */
export interface ShopFacts {
  readonly id: string;
  /** 0: the values of all store views. */
  readonly storeId: number;
  readonly currency: string;
  /** Of one unit of weight. */
  readonly grams: number;
  /** Ends with a slash. */
  readonly media: string;
}

const GRAMS = { kgs: 1000, lbs: 453.59237 } as const;

export async function storeViews(client: MagentoClient, signal: AbortSignal): Promise<readonly StoreView[]> {
  const parsed = configs.safeParse(await client.get('/V1/store/storeConfigs', [], NEEDS.store, signal));
  if (!parsed.success)
    throw retry('UnexpectedPayload', 'the shop does not tell its store views: see whether what answers is Magento');
  return parsed.data.toSorted((a, b) => a.id - b.id);
}

/** One call. */
export async function shopFacts(client: MagentoClient, signal: AbortSignal): Promise<ShopFacts> {
  const views = await storeViews(client, signal);
  const { storeCode } = client.context.settings;
  const own = views.find(({ code }) => code === storeCode);
  const view = own ?? views[0]!;
  return {
    id: (views[0]!.secure_base_url || views[0]!.base_url).replace(/\/+$/, ''),
    storeId: own?.id ?? 0,
    currency: view.base_currency_code,
    grams: GRAMS[view.weight_unit],
    media: view.secure_base_media_url || view.base_media_url,
  };
}
