import { createHmac } from 'node:crypto';
import {
  execute,
  Kind,
  OperationTypeNode,
  parse,
  validate,
  valueFromASTUntyped,
  visit,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import { z } from 'zod';
import { GraphqlFault } from '../desk/graphql.ts';
import type { Permission } from '../desk/permissions.ts';
import { Refused } from '../desk/refused.ts';
import type { Desk, Wire, WireAnswer, WireCall } from '../desk/wire.ts';
import { BulkOperations, FILES } from './shopify-bulk.ts';
import { costOf } from './shopify-cost.ts';
import { queries } from './shopify-queries.ts';
import { SCOPES } from './shopify-scopes.ts';
import { shopifySchema } from './shopify-schema.ts';
import { APP_SECRET, mutations, TOPICS } from './shopify-writes.ts';

/** Versions that the simulated shop serves; an older one falls forward to the first. */
const VERSIONS = ['2026-04', '2026-07', '2026-10'];

const body = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()).nullish() });
const tokenBody = z.object({
  client_id: z.string(),
  client_secret: z.string(),
  grant_type: z.enum(['client_credentials', 'refresh_token']),
  refresh_token: z.string().optional(),
});

/**
 * Shopify's Admin GraphQL API (2026-04, 2026-07, 2026-10): every document is validated and executed against a schema of
 * the wire's own.
 */
export const shopifyWire: Wire = {
  name: 'shopify',
  basePath: '/admin',
  filesAt: FILES,
  habits: {
    numericIds: true,
    shippingMethods: [
      { id: '1', code: 'Standard', name: 'Standard' },
      { id: '2', code: 'Express', name: 'Express' },
    ],
  },
  keyOf: ({ headers }) => headers['x-shopify-access-token']?.replace(/^shpat_/, ''),
  refusal({ kind, message }) {
    if (kind === 'throttled')
      return failed(
        { message: 'Throttled', extensions: { code: 'THROTTLED' } },
        { requestedQueryCost: 100, actualQueryCost: null, throttleStatus: bucket(0) },
      );
    if (kind === 'unauthorized')
      return {
        status: 401,
        json: { errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' },
      };
    if (kind === 'missing') return { status: 404, json: { errors: 'Not Found' } };
    if (kind === 'broken') return { status: 500, json: { errors: 'Internal Server Error' } };
    if (kind === 'invalid client')
      return { status: 400, json: { error: 'invalid_client', error_description: message } };
    if (kind === 'invalid grant') return { status: 400, json: { error: 'invalid_grant', error_description: message } };
    return { status: 400, json: { errors: message } };
  },
  hook(event, id, at, secret) {
    const [topic = 'ORDERS_UPDATED'] = Object.entries(TOPICS).find(([, type]) => type === event.type) ?? [];
    const [resource, ...happened] = topic.toLowerCase().split('_');
    const text = JSON.stringify({
      id: Number(event.id),
      admin_graphql_api_id: `gid://shopify/${resource === 'orders' ? 'Order' : 'Product'}/${event.id}`,
    });
    return {
      body: text,
      headers: {
        'content-type': 'application/json',
        'x-shopify-topic':
          topic === 'INVENTORY_LEVELS_UPDATE' ? 'inventory_levels/update' : `${resource}/${happened.join('_')}`,
        'x-shopify-hmac-sha256': createHmac('sha256', secret).update(text).digest('base64'),
        'x-shopify-shop-domain': 'shop.myshopify.com',
        'x-shopify-webhook-id': id,
        'x-shopify-triggered-at': at.toISOString(),
        'x-shopify-api-version': '2026-07',
      },
    };
  },
  routes(desk) {
    const schema = shopifySchema();
    const bulk = new BulkOperations(desk, schema);
    const done = new Map<string, { readonly asked: string; readonly answer: unknown }>();
    return [
      {
        method: 'POST',
        path: /^\/api\/(\d{4}-\d{2})\/graphql\.json$/,
        writes: (call) => writesOf(call),
        answer: (call) => answer(schema, desk, call, done, bulk),
      },
      bulk.route,
      { method: 'POST', path: /^\/oauth\/access_token$/, open: true, answer: (call) => grant(desk, call) },
    ];
  },
  subject: {
    credential: (key) => ({ accessToken: `shpat_${key}`, clientSecret: APP_SECRET }),
    client: (clientId, clientSecret, refreshToken) => ({ clientId, clientSecret, refreshToken }),
    settings: (url) => ({ url: url.replace(/\/admin$/, '') }),
    permissionWord: (permission) => SCOPES[permission],
    pagings: ['keyset'],
    lacks: [
      // The suite wants levels of what is not counted, Shopify has none.
      // Drafts are no orders; what was erased looks like what never was; one order goes to one address; sets have
      // prices at their parts; there is no gift message and no marketplace that sends.
      ...['draft', 'redacted', 'order.redacted', 'two-deliveries', 'bundle', 'by-platform', 'pickup', 'gift'],
      ...['product.yen', 'product.dinar', 'product.disabled', 'product.untracked'],
      ...['product.variants.title', 'product.variants.updatedAt'],
      ...['order.returns.restocked', 'order.cancellations.restocked', 'order.cancellations.amount'],
      ...['parcel.service', 'parcel.returnTrackingCode', 'parcel.number', 'parcel.shippedAt', 'parcel.completes'],
    ],
    cannot: {
      'C12.offset': 'Shopify gives every time in UTC',
      'C6.new-fields': 'GraphQL answers with what was asked for and no more',
      'C8.stock-partial': 'Shopify does all levels of a call or none',
    },
  },
};

const bucket = (available: number) => ({ maximumAvailable: 2000, currentlyAvailable: available, restoreRate: 100 });

const failed = (error: object, cost?: object): WireAnswer => ({
  status: 200,
  json: { errors: [error], ...(cost === undefined ? {} : { extensions: { cost } }) },
});

function documentOf(
  call: WireCall,
): { readonly document: DocumentNode; readonly variables: Record<string, unknown> } | undefined {
  const { query, variables } = body.parse(call.json());
  try {
    return { document: parse(query), variables: variables ?? {} };
  } catch {
    return undefined;
  }
}

const writesOf = (call: WireCall): boolean =>
  documentOf(call)?.document.definitions.some(
    (each) => each.kind === Kind.OPERATION_DEFINITION && each.operation === OperationTypeNode.MUTATION,
  ) ?? false;

function answer(
  schema: GraphQLSchema,
  desk: Desk,
  call: WireCall,
  done: Map<string, { readonly asked: string; readonly answer: unknown }>,
  bulk: BulkOperations,
): WireAnswer {
  const headers = { 'x-shopify-api-version': VERSIONS.find((version) => version >= call.part) ?? VERSIONS.at(-1)! };
  const asked = documentOf(call);
  if (!asked) return { ...failed({ message: 'syntax error', extensions: { code: 'PARSE_ERROR' } }), headers };
  const { document, variables } = asked;
  const [invalid] = validate(schema, document);
  if (invalid) return { ...failed({ message: invalid.message, extensions: { code: 'undefinedField' } }), headers };
  const cost = costOf(document, variables);
  if (cost > 1000)
    return {
      ...failed({
        message: `Query cost is ${cost}, which exceeds the single query max cost limit (1000).`,
        extensions: { code: 'MAX_COST_EXCEEDED', cost, maxCost: 1000 },
      }),
      headers,
    };
  const warnings: object[] = [];
  const key = (field: string) => idempotencyKey(document, variables, field);
  const rootValue = { ...queries(desk, call, warnings), ...mutations(desk, call, key, done), ...bulk.fields(call) };
  const result = execute({ schema, document, rootValue, variableValues: variables }) as ExecutionResult;
  return {
    status: 200,
    json: {
      ...shown(result),
      extensions: {
        cost: { requestedQueryCost: cost, actualQueryCost: cost, throttleStatus: bucket(2000 - cost) },
        ...(warnings.length > 0 ? { search: warnings } : {}),
      },
    },
    headers,
  };
}

function idempotencyKey(document: DocumentNode, variables: Record<string, unknown>, field: string): string | undefined {
  let key: unknown;
  visit(document, {
    Field: (node) => {
      if (node.name.value !== field) return;
      const argument = node.directives?.find(({ name }) => name.value === 'idempotent')?.arguments?.[0];
      if (argument) key = valueFromASTUntyped(argument.value, variables);
    },
  });
  return typeof key === 'string' ? key : undefined;
}

/** Errors in Shopify's words; those of the desk are in them as causes. */
function shown({ data, errors }: ExecutionResult): object {
  if (!errors || errors.length === 0) return { data };
  return {
    data: data ?? null,
    errors: errors.map(({ message, path, originalError: cause }) => {
      if (cause instanceof Refused && cause.kind === 'forbidden') {
        const scope = SCOPES[cause.detail as Permission];
        return {
          message: `Access denied for ${String(path?.[0])} field. Required access: \`${scope}\` access scope.`,
          path,
          extensions: { code: 'ACCESS_DENIED', requiredAccess: `\`${scope}\` access scope.` },
        };
      }
      if (cause instanceof GraphqlFault) return { message: cause.message, path, extensions: { code: cause.code } };
      return { message, path, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
    }),
  };
}

function grant(desk: Desk, call: WireCall): WireAnswer {
  const form = Object.fromEntries(new URLSearchParams(call.request.body ?? ''));
  const parsed = tokenBody.safeParse(form);
  if (!parsed.success) throw new Refused('invalid', 'the grant is not understood');
  const { client_id, client_secret, refresh_token } = parsed.data;
  const { access, seconds, refresh } = desk.keys.grant({
    clientId: client_id,
    clientSecret: client_secret,
    ...(refresh_token === undefined ? {} : { refreshToken: refresh_token }),
  });
  return {
    status: 200,
    json: {
      access_token: access,
      expires_in: seconds,
      scope: 'read_products',
      ...(refresh === undefined ? {} : { refresh_token: refresh, refresh_token_expires_in: 7_776_000 }),
    },
  };
}
