import { z } from 'zod';
import type { FeedType } from '../../model/feeds.ts';
import {
  type DriverWebhooks,
  type HookHint,
  type HookReading,
  type HookSubscription,
  type InboundHook,
  type PrivacyRequest,
} from '../contract/index.ts';
import { verifyHmac } from '../toolkit/hooks/verify-hmac.ts';
import type { ShopifyClient } from './client.ts';
import { HOOKS, SUBSCRIBE, UNSUBSCRIBE } from './documents.ts';
import { terminal } from './errors.ts';
import { userErrors } from './lookup.ts';
import { pageInfo } from './pages.ts';

/** Topics by what they tell of; those that Shopify makes mandatory stand in the app's own settings. */
const TOPICS = {
  order: ['ORDERS_CREATE', 'ORDERS_UPDATED', 'FULFILLMENT_ORDERS_PLACED_ON_HOLD', 'FULFILLMENT_ORDERS_HOLD_RELEASED'],
  product: ['PRODUCTS_CREATE', 'PRODUCTS_UPDATE', 'PRODUCTS_DELETE'],
  stock: ['INVENTORY_LEVELS_UPDATE'],
} as const;
type Subject = keyof typeof TOPICS;
const FEEDS: Readonly<Record<Subject, readonly FeedType[]>> = {
  order: ['OrderUpdate', 'OrderImport'],
  product: ['ProductUpdate'],
  stock: ['StockCheck'],
};
const USERS: Readonly<Record<Subject, RegExp>> = { order: /^Order/, product: /^Product/, stock: /^Stock/ };

const id = z.union([z.int(), z.string()]).transform(String);
const orders = z.array(id).nullish();
const body = z.looseObject({
  id: id.optional(),
  orders_to_redact: orders,
  orders_requested: orders,
  data_request: z.looseObject({ id }).nullish(),
});
type Body = z.infer<typeof body>;
const listed = z.object({
  webhookSubscriptions: z.object({
    nodes: z.array(z.looseObject({ id: z.string(), topic: z.string(), uri: z.string() })),
    pageInfo,
  }),
});
const subscribed = z.object({ webhookSubscriptionCreate: z.object({ userErrors }).nullable() });
const removed = z.object({ webhookSubscriptionDelete: z.object({ userErrors }).nullable() });

/** Webhooks, signed with the app's own secret. */
export function hooks(client: ShopifyClient): DriverWebhooks {
  return {
    read: (hook) => read(client.context.credential.clientSecret, hook),
    ensure: (url, feeds, signal) => ensure(client, url, feeds, signal),
    remove: async (url, signal) => {
      for (const { id: global } of await ours(client, url, signal))
        await client.mutate({ document: UNSUBSCRIBE, answer: removed }, { id: global }, signal);
    },
  };
}

function read(secret: string | undefined, hook: InboundHook): HookReading {
  if (secret === undefined)
    return {
      valid: false,
      reason: 'SignatureInvalid',
      message: 'the Secret has no clientSecret: no webhook can be believed',
    };
  const rule = { header: 'x-shopify-hmac-sha256', encoding: 'base64', algorithm: 'sha256' } as const;
  const verdict = verifyHmac(rule, secret, hook);
  if (!verdict.valid) return verdict;
  const parsed = body.safeParse(jsonOf(hook.body));
  const topic = hook.headers['x-shopify-topic'] ?? '';
  if (!parsed.success)
    return { valid: false, reason: 'Unreadable', message: 'its body is not as Shopify describes it' };
  const privacy = privacyOf(topic, parsed.data);
  return { valid: true, hints: hintsOf(topic, parsed.data), ...(privacy ? { privacy: [privacy] } : {}) };
}

/** What Shopify demands of every app: a buyer asks or goes; a shop has been without the app for two days. */
function privacyOf(
  topic: string,
  { orders_to_redact, orders_requested, data_request }: Body,
): PrivacyRequest | undefined {
  if (topic === 'customers/redact') return { ask: 'erase', orders: orders_to_redact ?? [] };
  if (topic === 'shop/redact') return { ask: 'eraseShop' };
  if (topic === 'customers/data_request')
    return { ask: 'disclose', reference: data_request?.id ?? 'unnumbered', orders: orders_requested ?? [] };
  return undefined;
}

/** What to read. */
function hintsOf(topic: string, { id: record }: Body): HookHint[] {
  const ids = record === undefined ? {} : { ids: [record] };
  if (topic.startsWith('orders/')) return FEEDS.order.map((feed) => ({ feed, ...ids }));
  if (topic.startsWith('fulfillment_orders/')) return FEEDS.order.map((feed) => ({ feed }));
  if (topic === 'products/delete') return FEEDS.product.map((feed) => ({ feed }));
  if (topic.startsWith('products/')) return FEEDS.product.map((feed) => ({ feed, ...ids }));
  if (topic.startsWith('inventory_levels/')) return FEEDS.stock.map((feed) => ({ feed }));
  return [];
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Shopify takes a webhook off after failures of four hours: what is missing is made again. */
async function ensure(
  client: ShopifyClient,
  url: string,
  feeds: readonly FeedType[],
  signal: AbortSignal,
): Promise<HookSubscription> {
  if (client.context.credential.clientSecret === undefined)
    throw terminal(
      'SubscriptionRefused',
      'webhooks are signed with the secret of the app: put clientSecret into the Secret',
    );
  const there = new Set((await ours(client, url, signal)).map(({ topic }) => topic));
  const topics = (Object.keys(TOPICS) as Subject[])
    .filter((subject) => feeds.some((feed) => USERS[subject].test(feed)))
    .flatMap((subject) => TOPICS[subject]);
  let repaired = false;
  for (const topic of topics) {
    if (there.has(topic)) continue;
    repaired = true;
    const { webhookSubscriptionCreate: done } = await client.mutate(
      { document: SUBSCRIBE, answer: subscribed },
      { topic, uri: url },
      signal,
    );
    const [error] = done?.userErrors ?? [];
    if (error && !/already been taken/i.test(error.message))
      throw terminal('SubscriptionRefused', `Shopify does not take the webhook ${topic}: ${error.message}`);
  }
  return { topics, repaired };
}

/** Those that point to this address. */
async function ours(client: ShopifyClient, url: string, signal: AbortSignal) {
  const found: { readonly id: string; readonly topic: string }[] = [];
  for (let after: string | null = null; ;) {
    const { nodes, pageInfo: info }: z.infer<typeof listed>['webhookSubscriptions'] = (
      await client.query({ document: HOOKS, answer: listed, cost: 15 }, { after }, signal)
    ).webhookSubscriptions;
    found.push(...nodes.filter(({ uri }) => uri === url));
    if (!info.hasNextPage || info.endCursor == null) return found;
    after = info.endCursor;
  }
}
