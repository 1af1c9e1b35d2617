import { DriverError, errorsWith } from '../contract/index.ts';

/** Reasons that Shopify alone has. */
export const REASONS = {
  ShopFrozen: { scope: 'shop', remedy: 'the shop is frozen: its owner must pay the open invoice in the Shopify admin' },
  ShopLocked: { scope: 'shop', remedy: 'the shop is locked: its owner must ask the support of Shopify' },
  ApiVersionGone: { scope: 'shop', remedy: 'set apiVersion in spec.settings to a version that Shopify still serves' },
  FilterIgnored: { scope: 'shop', remedy: 'tell the makers of the driver: Shopify does not know a filter any more' },
  BulkOperationFailed: {
    scope: 'shop',
    remedy:
      'nothing: it is asked for again by itself. If it does not end, ask the support of Shopify about bulk operations',
  },
  CustomerDataNotApproved: {
    scope: 'credential',
    remedy: 'ask for access to protected customer data in the Dev Dashboard (API access requests), then install again',
  },
} as const;

export const { terminal, retry, waiting } = errorsWith<keyof typeof REASONS>(REASONS);

/** An entry of `errors`. */
export interface GraphqlProblem {
  readonly message: string;
  readonly extensions?: { readonly code?: string | null } | null;
}

/** A query that asks too much at once: it is asked again for less. */
export class TooCostly extends DriverError {
  constructor() {
    super({
      ...{ behaviour: 'terminal', reason: 'UnsupportedSchema' },
      message: 'Shopify finds a question too large: tell the makers of the driver',
    });
  }
}

export const quote = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 160);

/** What an error of GraphQL means. */
export function problemOf({ message, extensions }: GraphqlProblem): DriverError {
  const code = extensions?.code ?? '';
  if (code === 'MAX_COST_EXCEEDED') return new TooCostly();
  if (code === 'ACCESS_DENIED') {
    if (/not approved/i.test(message))
      return terminal(
        'CustomerDataNotApproved',
        'the app may not see names and addresses of buyers: ask for protected customer data in the Dev Dashboard',
      );
    const scope = /`([a-z_]+)`/.exec(message)?.[1] ?? 'a scope';
    return terminal(
      'PermissionMissing',
      `the app lacks ${scope}: add the scope in the Dev Dashboard and install again`,
    );
  }
  if (code === 'INTERNAL_SERVER_ERROR' || code === 'TIMEOUT')
    return retry('StoreUnavailable', `Shopify failed for the moment: ${quote(message)}`);
  if (code === 'SHOP_INACTIVE') return terminal('ShopFrozen', 'the shop is not active: see the Shopify admin');
  return terminal('UnsupportedSchema', `Shopify does not take the question: ${quote(message)}`);
}
