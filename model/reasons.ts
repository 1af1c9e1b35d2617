/**
 * Whose fault a failure is:
 * - shop: the store, or the way to it. Nothing that waits is to blame.
 * - credential: the key, or a right that it lacks. Nothing that waits is to blame.
 * - hub: our own side.
 * - record: this one order, product or level; the others go on.
 */
export type FaultScope = 'shop' | 'record' | 'credential' | 'hub';

/** What is known of a reason. A driver's own reasons have the same (`DriverManifest.reasons`). */
export interface ReasonRule {
  readonly scope: FaultScope;
  /** The one thing to do, for people. */
  readonly remedy: string;
}

const BY_ITSELF = 'nothing: it is tried again by itself';
const CHECK_URL = 'check settings.url of the Connection';

/** Reasons of failures at a store: what a DriverError or the result of a write may say, beside a driver's own. */
export const STORE_REASONS = {
  DnsFailure: { scope: 'shop', remedy: `${CHECK_URL} for the spelling of the host, and DNS` },
  ConnectionRefused: { scope: 'shop', remedy: `${CHECK_URL} for host and port, and that the shop runs` },
  CertificateInvalid: {
    scope: 'shop',
    remedy: 'renew the TLS certificate of the shop, or use the name that it is made for',
  },
  Timeout: { scope: 'shop', remedy: 'check that the shop is up, and the network policies between' },
  ConnectionFailed: { scope: 'shop', remedy: BY_ITSELF },
  AddressForbidden: {
    scope: 'shop',
    remedy:
      "use the shop's public name in settings.url, or have the installation allow its network (sync.privateNetworks)",
  },
  PlainHttp: {
    scope: 'shop',
    remedy: 'write https:// in settings.url, or have the installation allow http (sync.allowPlainHttp)',
  },
  HostNotAllowed: {
    scope: 'shop',
    remedy:
      'only the hosts that the Driver and spec.hosts of the Credential name are asked: check settings.url of the Connection, or add the host there',
  },
  ProxyFailed: {
    scope: 'shop',
    remedy: 'check sync.proxy of the chart, and that the proxy lets the host of settings.url through',
  },
  StoreUnavailable: { scope: 'shop', remedy: BY_ITSELF },
  RateLimited: { scope: 'shop', remedy: BY_ITSELF },
  Aborted: { scope: 'hub', remedy: BY_ITSELF },
  LeaseUncertain: { scope: 'hub', remedy: BY_ITSELF },
  AnswerTooLarge: { scope: 'shop', remedy: 'lower spec.batchSize of the feed' },
  WrongUrl: { scope: 'shop', remedy: CHECK_URL },
  NotAnApi: { scope: 'shop', remedy: `${CHECK_URL}; a shop in maintenance answers so, too` },
  AccessDenied: {
    scope: 'shop',
    remedy: 'something before the shop (proxy, firewall, basic authentication) refuses: let this cluster through',
  },
  UnexpectedPayload: {
    scope: 'shop',
    remedy: 'see whether the shop was updated or is in maintenance: the message says what was not expected',
  },
  UnsupportedSchema: {
    scope: 'shop',
    remedy: 'the shop has another version than the driver knows: the message says which it expects',
  },
  UnsupportedFeed: { scope: 'shop', remedy: 'take the Feed away: the driver cannot do it' },
  NotSupported: { scope: 'shop', remedy: 'nothing: the message says how it is done instead' },
  SubscriptionRefused: { scope: 'shop', remedy: 'see in the shop why it does not take the webhook address' },
  RowsMove: { scope: 'shop', remedy: BY_ITSELF },
  PageRepeated: {
    scope: 'shop',
    remedy: 'the shop gives the same rows again and again: if it stays, tell the maker of its API',
  },
  KeyRefused: {
    scope: 'credential',
    remedy: 'make a new key in the shop and put it into the Secret: what waits goes out by itself',
  },
  NotAuthorized: {
    scope: 'credential',
    remedy: "give the key's role the right that the message names: what waits goes out by itself",
  },
  PermissionMissing: {
    scope: 'credential',
    remedy: 'give the key the permission that the message names: what waits goes out by itself',
  },
  ReauthorizationNeeded: {
    scope: 'credential',
    remedy: 'authorise the client again in the shop and put the new token into the Secret',
  },
  StoreRefused: { scope: 'record', remedy: "the message has the shop's words: mend it there, then replay" },
  StoreError: { scope: 'record', remedy: BY_ITSELF },
  UnexpectedError: {
    scope: 'record',
    remedy: 'tell the makers of the driver: it failed in a way that it does not know',
  },
  NoResult: { scope: 'record', remedy: BY_ITSELF },
  NotConfirmed: { scope: 'record', remedy: 'something else writes to the shop at the same time: see what' },
  WriteNotUnderstood: { scope: 'record', remedy: 'give hub and sync pods the same release' },
  StockChanged: { scope: 'record', remedy: BY_ITSELF },
  OrderNotPaid: {
    scope: 'record',
    remedy: 'the shop does not count the order as paid: settle the payment there, then replay',
  },
  OrderCancelled: { scope: 'record', remedy: 'the order was cancelled at the shop: stop the parcel or take it back' },
  NothingLeftToShip: { scope: 'record', remedy: 'the order has nothing open at the shop: see what was shipped there' },
  UnknownOrder: { scope: 'record', remedy: 'the shop does not know the order any more: see whether it was deleted' },
  UnknownVariant: {
    scope: 'record',
    remedy: 'the shop does not know the variant any more: run StockImport, or take the SKU off',
  },
  UnknownLocation: { scope: 'record', remedy: 'mend the location of the warehouse in the Store, then replay' },
  InsufficientStock: { scope: 'record', remedy: 'raise the stock at the shop, then replay' },
  NoFulfillmentHandler: { scope: 'record', remedy: 'give the shop a fulfilment handler, then replay' },
} as const satisfies Readonly<Record<string, ReasonRule>>;

export type StoreReason = keyof typeof STORE_REASONS;

/** Reasons that the hub gives by itself. */
const HUB_REASONS: Readonly<Record<string, string>> = {
  UnknownSku:
    'add the product at the shop, an alias to spec.skuAliases of the Store, or mend spec.kits: the orders are judged again by themselves',
  UnknownShippingMethod:
    'add the method to spec.shippingMethods of the Store: the orders are judged again by themselves',
  PoisonedRecord: 'correct the record in the shop as its message says; it is then imported automatically',
  NoSku: 'give the variant a SKU in the shop; it is then imported automatically',
  Unreadable: 'correct the order in the shop as its message says; it is then imported automatically',
  TotalsMismatch: "nothing: the shop's own totals are kept",
  StockForgotten:
    'post all stock levels again (POST /api/v1/stock): the hub was restored from a backup, and knows neither what was set since nor what the store has',
  DataRequested: 'find the orders that the message names, and answer the customer; it closes after 30 days',
  WebhookUndeliverable: 'mend the endpoint, then POST /api/v1/webhooks/NAME/replay',
  WebhookEndpointDisabled:
    'mend the endpoint, then POST /api/v1/webhooks/NAME/enable, or give it another url in the Store',
};

const isStoreReason = (reason: string): reason is StoreReason => Object.hasOwn(STORE_REASONS, reason);

/** Rule of a reason that every driver may use; undefined for a driver's own. */
export function storeReason(reason: string): ReasonRule | undefined {
  return isStoreReason(reason) ? STORE_REASONS[reason] : undefined;
}

/** What to do about a problem. `own`: remedies of its driver. */
export function remedyFor(reason: string, own?: Readonly<Record<string, string>>): string {
  return (
    HUB_REASONS[reason] ?? storeReason(reason)?.remedy ?? own?.[reason] ?? 'the message of each record says what to do'
  );
}
