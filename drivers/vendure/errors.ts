import {
  DriverError,
  retry,
  terminal,
  waiting,
  type DriverErrorDetails,
  type ReasonRule,
  type ShopResponse,
} from '../contract/index.ts';

/** An entry of `errors` in a GraphQL answer. Vendure gives no code for what its database refuses. */
export interface GraphqlProblem {
  readonly message: string;
  readonly code?: string;
  /** The top field that failed. */
  readonly field?: string;
}

/** The store answered, and the answer is a GraphQL error. */
export class GraphqlError extends DriverError {
  readonly problem: GraphqlProblem;

  constructor(problem: GraphqlProblem) {
    super(detailsOf(problem));
    this.problem = problem;
  }
}

/** The role's permission behind each field we use: either of them is enough. */
export const PERMISSIONS: Readonly<Record<string, readonly string[]>> = {
  orders: ['ReadOrder'],
  addFulfillmentToOrder: ['UpdateOrder'],
  transitionFulfillmentToState: ['UpdateOrder'],
  products: ['ReadCatalog', 'ReadProduct'],
  productVariants: ['ReadCatalog', 'ReadProduct'],
  updateProductVariants: ['UpdateCatalog', 'UpdateProduct'],
  facets: ['ReadCatalog', 'ReadFacet'],
  productOptionGroups: ['ReadCatalog', 'ReadProduct'],
  stockLocations: ['ReadCatalog', 'ReadStockLocation'],
  shippingMethods: ['ReadSettings', 'ReadShippingMethod'],
};

export const permissionFor = (field: string | undefined): string =>
  (PERMISSIONS[field ?? ''] ?? ['the permission it needs']).join(' or ');

/** Reasons that only this driver has. */
export const REASONS = {
  WrongChannel: {
    scope: 'credential',
    remedy: 'copy the token of the channel from the store (Settings → Channels) into settings.channel',
  },
  PriceTaxDiffers: { scope: 'record', remedy: 'post the price as the shop keeps it: gross or net (includesTax)' },
  ChannelRefused: { scope: 'credential', remedy: "give the key's role the channel in the store" },
} as const satisfies Readonly<Record<string, ReasonRule>>;

export const WRONG_CHANNEL =
  'The store has no channel with the token in settings.channel: copy it from the store (Settings → Channels), or leave it out for the default channel.';

const WRONG_URL_HELP = 'settings.url must be the address of the Admin API, usually https://HOST/admin-api';
const REFUSED_BEFORE_STORE = new Set([401, 403, 407]);
const SECOND = 1000;
const DEFAULT_WAIT_MS = 30 * SECOND;
const LONGEST_STORE_MESSAGE = 200;

function detailsOf({ message, code, field }: GraphqlProblem): DriverErrorDetails {
  switch (code) {
    case 'FORBIDDEN':
      return {
        behaviour: 'terminal',
        reason: 'NotAuthorized',
        message: `The store refuses "${field ?? 'the request'}": the API key is no longer accepted, or its role lacks ${permissionFor(field)}.`,
      };
    case 'CHANNEL_NOT_FOUND':
      return {
        behaviour: 'terminal',
        reason: 'WrongChannel',
        message: WRONG_CHANNEL,
        scope: REASONS.WrongChannel.scope,
      };
    case 'GRAPHQL_VALIDATION_FAILED':
    case 'BAD_USER_INPUT':
      return {
        behaviour: 'terminal',
        reason: 'UnsupportedSchema',
        message: `The store's API is not the one expected (Vendure 3.7): ${shorten(message)}`,
      };
    case 'ENTITY_NOT_FOUND':
    case 'USER_INPUT_ERROR':
      return {
        behaviour: 'terminal',
        reason: 'StoreRefused',
        message: `The store refuses "${field ?? 'the request'}": ${shorten(message)}`,
      };
    case undefined:
    default:
      return {
        behaviour: 'retry',
        reason: 'StoreError',
        message: `The store failed at "${field ?? 'the request'}": ${shorten(message)}`,
      };
  }
}

/** An answer whose status or kind says that no GraphQL server stands behind the URL, or that it cannot answer now. */
export function httpProblem(response: ShopResponse): DriverError | undefined {
  const { status, headers } = response;
  if (status === 429 || status >= 500) return notNow(status, headers['retry-after']);
  if (status >= 300 && status < 400)
    return terminal('WrongUrl', `The URL redirects to ${originOf(headers['location'])}: ${WRONG_URL_HELP}.`);
  if (status === 404 || status === 405)
    return terminal('WrongUrl', `There is no API at the URL (HTTP ${status}): ${WRONG_URL_HELP}.`);
  if (REFUSED_BEFORE_STORE.has(status)) {
    return terminal(
      'AccessDenied',
      `Something before the store refuses the request (HTTP ${status}): a proxy, a firewall or basic authentication. Let this cluster through.`,
    );
  }
  const type = headers['content-type'] ?? '';
  // A page of a store in maintenance looks the same as a wrong address, so this one is tried again.
  if (!type.includes('json'))
    return retry(
      'NotAnApi',
      `The URL answers with ${type.includes('html') ? 'a web page' : 'something else than JSON'} (HTTP ${status}): ${WRONG_URL_HELP}.`,
    );
  return undefined;
}

function notNow(status: number, after: string | undefined): DriverError {
  if (status === 429) return waiting('RateLimited', 'The store asks to wait (HTTP 429).', retryAfter(after));
  const message = `The store cannot answer at the moment (HTTP ${status}).`;
  return after === undefined
    ? retry('StoreUnavailable', message)
    : waiting('StoreUnavailable', message, retryAfter(after));
}

export const notGraphql = (): DriverError =>
  terminal('WrongUrl', `The URL answers, but not as a GraphQL server: ${WRONG_URL_HELP}.`);

export function shorten(message: string): string {
  const line = message.replaceAll(/\s+/g, ' ').trim();
  return line.length > LONGEST_STORE_MESSAGE ? `${line.slice(0, LONGEST_STORE_MESSAGE)}…` : line;
}

function retryAfter(header: string | undefined): number {
  const seconds = Number(header);
  return header !== undefined && Number.isFinite(seconds) && seconds >= 0 ? seconds * SECOND : DEFAULT_WAIT_MS;
}

/** Where it redirects to, without path and query: those may hold a token. */
function originOf(location: string | undefined): string {
  const url = location === undefined ? null : URL.parse(location);
  return url?.origin ?? 'another address';
}
