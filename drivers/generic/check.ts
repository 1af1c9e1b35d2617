import { FEED_TYPES, type FeedType } from '../../model/feeds.ts';
import { errorDetails, type CheckReport, type ConditionValue } from '../contract/index.ts';
import { refusal, type GenericClient } from './client.ts';
import { shopPayload } from './payload.ts';

const NEEDED: Readonly<Record<FeedType, readonly string[]>> = {
  DataModelSync: ['settings:read'],
  SupplierImport: ['suppliers:read'],
  ProductSupplierImport: ['suppliers:read'],
  ProductImport: ['products:read'],
  ProductUpdate: ['products:read'],
  ProductImageImport: ['products:read'],
  StockImport: ['stock:read'],
  StockCheck: ['stock:read'],
  StockExport: ['stock:write'],
  PriceExport: ['prices:write'],
  OrderImport: ['orders:read'],
  OrderUpdate: ['orders:read'],
  ShipmentExport: ['orders:read', 'shipments:write'],
};

const UNCHECKED: ConditionValue = {
  status: 'Unknown',
  reason: 'NotChecked',
  message: 'the store must be reachable first',
};
const WRONG_URL: ConditionValue = {
  status: 'False',
  reason: 'WrongUrl',
  message: 'what answers is not the Supercargo Generic Store API, version 1: check settings.url (docs/generic-api.md)',
};
const reached: ConditionValue = { status: 'True', reason: 'Reachable', message: "the store's API answers" };

/** Tells apart what a person can mend: the address, the network, the key, one permission of it. */
export async function check(
  client: GenericClient,
  feeds: readonly FeedType[],
  signal: AbortSignal,
): Promise<CheckReport> {
  try {
    const response = await client.raw('GET', '/shop', undefined, signal);
    const refused = await refusal(response, '/shop');
    if (refused) return failed(refused);
    const { success, data } = shopPayload.safeParse(await response.json());
    if (!success) return { reachable: WRONG_URL, credential: UNCHECKED };
    const { id, name, currency } = data.shop;
    return {
      reachable: reached,
      credential: permissions(data.permissions, feeds),
      shop: { id, name, currency: currency ?? undefined },
      expiresAt: data.credential_expires_at ?? undefined,
    };
  } catch (error) {
    return failed(error);
  }
}

function failed(error: unknown): CheckReport {
  const { behaviour, reason, message, scope } = errorDetails(error);
  // A refusal that comes from the store's own check of the key: the store was reached.
  if (scope === 'credential') return { reachable: reached, credential: { status: 'False', reason, message } };
  return {
    reachable: { status: behaviour === 'waiting' ? 'Unknown' : 'False', reason, message },
    credential: UNCHECKED,
  };
}

function permissions(granted: readonly string[], feeds: readonly FeedType[]): ConditionValue {
  const asked = FEED_TYPES.filter((feed) => feeds.includes(feed));
  const lacking = [...new Set(asked.flatMap((feed) => NEEDED[feed]))].filter(
    (permission) => !granted.includes(permission),
  );
  if (lacking.length === 0)
    return {
      status: 'True',
      reason: 'Accepted',
      message: 'the key is accepted and has every permission that the feeds need',
    };
  const named = lacking.map(
    (permission) => `${permission} (for ${asked.filter((feed) => NEEDED[feed].includes(permission)).join(', ')})`,
  );
  return {
    status: 'False',
    reason: 'PermissionMissing',
    message: `the key is accepted, but lacks ${named.join('; ')}: add it in the store`,
  };
}
