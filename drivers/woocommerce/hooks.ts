import { createHash, createHmac } from 'node:crypto';
import { z } from 'zod';
import type { FeedType } from '../../model/feeds.ts';
import {
  terminal,
  type DriverWebhooks,
  type HookHint,
  type HookReading,
  type HookSubscription,
  type InboundHook,
} from '../contract/index.ts';
import { verifyHmac } from '../toolkit/hooks/verify-hmac.ts';
import { NEEDS, type WooClient } from './client.ts';

const listed = z.array(
  z.looseObject({ id: z.int(), name: z.string(), status: z.string(), topic: z.string(), delivery_url: z.string() }),
);
type Listed = z.infer<typeof listed>[number];

const body = z.looseObject({ id: z.int(), parent_id: z.int().default(0) });
/** Sent when a webhook is made, form-encoded and without a signature: it says nothing. */
const PING = /^webhook_id=\d+$/;

const TOPICS = {
  order: ['order.created', 'order.updated', 'order.restored'],
  product: ['product.created', 'product.updated', 'product.deleted', 'product.restored'],
} as const;
const FEEDS: Readonly<Record<keyof typeof TOPICS, readonly FeedType[]>> = {
  order: ['OrderUpdate', 'OrderImport'],
  product: ['ProductUpdate', 'StockCheck'],
};

/** Webhooks: one for each topic, all with the same secret, which is made from the key's own. */
export function hooks(client: WooClient): DriverWebhooks {
  const { consumerSecret } = client.context.credential;
  const secret = createHmac('sha256', consumerSecret).update('webhooks of Supercargo').digest('base64url');
  // The shop never shows a secret: the name of a webhook tells which one it has.
  const name = `Supercargo ${createHash('sha256').update(secret).digest('hex').slice(0, 8)}`;
  return {
    read: (hook) => read(secret, hook),
    ensure: (url, feeds, signal) => ensure(client, { url, feeds, secret, name }, signal),
    remove: async (url, signal) => {
      for (const { id } of await ours(client, url, signal))
        await client.write('DELETE', `/webhooks/${id}?force=true`, undefined, NEEDS.manage, signal);
    },
  };
}

function read(secret: string, hook: InboundHook): HookReading {
  const text = Buffer.from(hook.body).toString('utf8');
  if (PING.test(text)) return { valid: true, hints: [] };
  const verdict = verifyHmac(
    { header: 'x-wc-webhook-signature', encoding: 'base64', algorithm: 'sha256' },
    secret,
    hook,
  );
  if (!verdict.valid) return verdict;
  const resource = hook.headers['x-wc-webhook-resource'] ?? '';
  const parsed = body.safeParse(jsonOf(text));
  if (!parsed.success || !isResource(resource))
    return { valid: false, reason: 'Unreadable', message: 'it names no order and no product' };
  // A variation is read with its product.
  const id = String(parsed.data.parent_id > 0 && resource === 'product' ? parsed.data.parent_id : parsed.data.id);
  return {
    valid: true,
    hints: FEEDS[resource].map((feed): HookHint => (feed === 'StockCheck' ? { feed } : { feed, ids: [id] })),
  };
}

const isResource = (text: string): text is keyof typeof TOPICS => Object.hasOwn(TOPICS, text);

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Wanted {
  readonly url: string;
  readonly feeds: readonly FeedType[];
  readonly secret: string;
  readonly name: string;
}

/** WooCommerce switches a webhook off after five failures in a row: that one is switched on again. */
async function ensure(
  client: WooClient,
  { url, feeds, secret, name }: Wanted,
  signal: AbortSignal,
): Promise<HookSubscription> {
  const there = await ours(client, url, signal);
  const topics = (['order', 'product'] as const)
    .filter((resource) => feeds.some((feed) => FEEDS[resource].includes(feed) || feed.startsWith(nameOf(resource))))
    .flatMap((resource) => TOPICS[resource]);
  let repaired = false;
  for (const topic of topics) {
    const known = there.find((each) => each.topic === topic);
    if (known?.status === 'active' && known.name === name) continue;
    repaired = true;
    const wanted = { name, topic, delivery_url: url, secret, status: 'active' };
    const answer = known
      ? await client.write('PUT', `/webhooks/${known.id}`, wanted, NEEDS.manage, signal)
      : await client.write('POST', '/webhooks', wanted, NEEDS.manage, signal);
    if (answer === undefined) throw terminal('SubscriptionRefused', `the shop does not take the webhook ${topic}`);
  }
  return { topics, repaired };
}

const nameOf = (resource: keyof typeof TOPICS): string => (resource === 'order' ? 'Order' : 'Product');

/** Those that point to this address. */
async function ours(client: WooClient, url: string, signal: AbortSignal): Promise<readonly Listed[]> {
  const found: Listed[] = [];
  for (let page = 1; ; page++) {
    const { json } = await client.get('/webhooks', { per_page: 100, page }, NEEDS.manage, signal);
    const rows = listed.safeParse(json);
    if (!rows.success) throw terminal('UnexpectedPayload', 'the shop sent no list of webhooks');
    found.push(...rows.data.filter(({ delivery_url }) => delivery_url === url));
    if (rows.data.length < 100) return found;
  }
}
