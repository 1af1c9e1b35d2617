import { z } from 'zod';
import { FEED_TYPES, type FeedType } from '../../model/feeds.ts';
import { DriverError, errorDetails, type CheckReport, type ConditionValue } from '../contract/index.ts';
import type { Operation, VendureClient } from './client.ts';
import { GraphqlError, permissionFor, WRONG_CHANNEL } from './errors.ts';
import type { SupportedFeed } from './feeds.ts';

const identity: Operation<Identity> = {
  // globalSettings exists in the Admin API alone: the Shop API behind the same host answers that it knows no such
  // field.
  document: '{ activeChannel { code token defaultCurrencyCode } globalSettings { id } }',
  answer: z.object({
    activeChannel: z.object({ code: z.string(), token: z.string(), defaultCurrencyCode: z.string() }),
  }),
};
interface Identity {
  readonly activeChannel: { readonly code: string; readonly token: string; readonly defaultCurrencyCode: string };
}

/**
 * A key cannot ask Vendure for its own permissions (`me` is for administrators). So each is tried, with a call that
 * does nothing: a list of one row, an update of no variant, the state of a fulfilment that does not exist.
 */
const PROBES: Readonly<Record<string, string>> = {
  orders: '{ orders(options: { take: 1 }) { totalItems } }',
  products: '{ products(options: { take: 1 }) { totalItems } }',
  facets: '{ facets(options: { take: 1 }) { totalItems } }',
  stockLocations: '{ stockLocations(options: { take: 1 }) { totalItems } }',
  shippingMethods: '{ shippingMethods(options: { take: 1 }) { totalItems } }',
  updateProductVariants: 'mutation { updateProductVariants(input: []) { id } }',
  transitionFulfillmentToState: 'mutation { transitionFulfillmentToState(id: "-1", state: "Shipped") { __typename } }',
};

const CATALOGUE = ['products'];
const NEEDED: Readonly<Record<SupportedFeed, readonly string[]>> = {
  DataModelSync: ['products', 'facets', 'stockLocations', 'shippingMethods'],
  ProductImport: CATALOGUE,
  ProductUpdate: CATALOGUE,
  ProductImageImport: CATALOGUE,
  StockImport: CATALOGUE,
  StockCheck: CATALOGUE,
  StockExport: ['updateProductVariants'],
  PriceExport: ['updateProductVariants'],
  OrderImport: ['orders'],
  OrderUpdate: ['orders'],
  ShipmentExport: ['orders', 'transitionFulfillmentToState'],
};

const isSupported = (feed: FeedType): feed is SupportedFeed => Object.hasOwn(NEEDED, feed);

const UNCHECKED: ConditionValue = {
  status: 'Unknown',
  reason: 'NotChecked',
  message: 'The store must be reachable first.',
};

/** Tells apart what a person can mend: the address, the network, the key, one permission of it. */
export async function check(
  client: VendureClient,
  feeds: readonly FeedType[],
  signal: AbortSignal,
): Promise<CheckReport> {
  const found = await attempt(() => client.query(identity, {}, signal));
  if (found instanceof DriverError) {
    if (isForbidden(found)) return { reachable: reached(), credential: await whyForbidden(client, signal) };
    if (found.details.reason === 'WrongChannel') return { reachable: reached(), credential: wrongChannel() };
    return { reachable: unreachable(found), credential: UNCHECKED };
  }
  const { activeChannel } = found;
  // A shop that has one channel only takes any token for that channel.
  if (client.channel !== undefined && client.channel !== activeChannel.token)
    return { reachable: reached(), credential: wrongChannel() };
  const shop = {
    id: activeChannel.token,
    name: activeChannel.code === '__default_channel__' ? 'Default channel' : activeChannel.code,
    currency: activeChannel.defaultCurrencyCode,
  };
  return { reachable: reached(), credential: await checkPermissions(client, feeds, signal), shop };
}

async function checkPermissions(
  client: VendureClient,
  feeds: readonly FeedType[],
  signal: AbortSignal,
): Promise<ConditionValue> {
  const lacking: string[] = [];
  for (const [field, document] of Object.entries(PROBES)) {
    const users = FEED_TYPES.filter(
      (feed) => feeds.includes(feed) && isSupported(feed) && NEEDED[feed].includes(field),
    );
    if (users.length === 0) continue;
    const result = await attempt(() => client.query({ document, answer: z.unknown() }, {}, signal));
    if (!(result instanceof DriverError)) continue;
    if (isForbidden(result)) lacking.push(`${permissionFor(field)} (for ${users.join(', ')})`);
    // Any other answer of GraphQL came after the permission was looked at: there is no fulfilment -1.
    else if (!(result instanceof GraphqlError))
      return { status: 'Unknown', reason: result.details.reason, message: result.details.message };
  }
  if (lacking.length === 0)
    return {
      status: 'True',
      reason: 'Accepted',
      message: 'The API key is accepted and has every permission that the feeds need.',
    };
  return {
    status: 'False',
    reason: 'PermissionMissing',
    message: `The API key is accepted, but its role lacks ${lacking.join('; ')}: add it to the role in the store.`,
  };
}

/** The value, or the error as the contract has it. */
async function attempt<T>(ask: () => Promise<T>): Promise<T | DriverError> {
  try {
    return await ask();
  } catch (error) {
    return error instanceof DriverError ? error : new DriverError(errorDetails(error));
  }
}

const isForbidden = (error: DriverError): boolean =>
  error instanceof GraphqlError && error.problem.code === 'FORBIDDEN';

const reached = (): ConditionValue => ({ status: 'True', reason: 'Reachable', message: 'The Admin API answers.' });

const wrongChannel = (): ConditionValue => ({ status: 'False', reason: 'WrongChannel', message: WRONG_CHANNEL });

/** The store says the same of a key that it does not know and of one whose role is not given in the channel. */
async function whyForbidden(client: VendureClient, signal: AbortSignal): Promise<ConditionValue> {
  if (
    client.channel !== undefined &&
    !((await attempt(() => client.inDefaultChannel().query(identity, {}, signal))) instanceof DriverError)
  ) {
    return {
      status: 'False',
      reason: 'ChannelRefused',
      message:
        'The API key is accepted, but its role does not reach the channel in settings.channel: give the role that channel in the store.',
    };
  }
  return {
    status: 'False',
    reason: 'KeyRefused',
    message:
      'The store does not accept the API key: check its value, that it was not deleted, and that the store allows keys ("api-key" in authOptions.tokenMethod).',
  };
}

function unreachable(error: DriverError): ConditionValue {
  if (error instanceof GraphqlError && error.details.reason === 'UnsupportedSchema') {
    return {
      status: 'False',
      reason: 'WrongUrl',
      message:
        "A GraphQL server answers, but not Vendure's Admin API (is it the Shop API?): settings.url usually ends in /admin-api.",
    };
  }
  const { behaviour, reason, message } = error.details;
  return { status: behaviour === 'waiting' ? 'Unknown' : 'False', reason, message };
}
