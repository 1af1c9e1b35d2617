import { createHash } from 'node:crypto';
import type { FeedType } from '../../model/feeds.ts';
import type { DriverWebhooks, HookHint, HookReading, HookSubscription, InboundHook } from '../contract/index.ts';
import { derivedSecret, verifyStandardWebhook } from '../hooks/standard-webhooks.ts';
import { accepted, type GenericClient } from './client.ts';
import { hookPayload, subscriptions } from './payload.ts';

/** A topic and the feeds that want to hear of it. */
const TOPICS: Readonly<Record<string, readonly FeedType[]>> = {
  order: ['OrderImport', 'OrderUpdate'],
  product: ['ProductImport', 'ProductUpdate'],
  stock: ['StockImport', 'StockCheck'],
};

/** Webhooks of the store, signed by Standard Webhooks with a secret derived from the credential. */
export function genericHooks(client: GenericClient): DriverWebhooks {
  const secret = derivedSecret(client.secretKey, 'generic');
  // The store shows only a digest of the secret: with another key than ours it is a subscription to be made again.
  const secretHash = createHash('sha256').update(secret).digest('hex');

  return {
    read: (hook) => readHook(secret, hook),
    async ensure(url, feeds, signal): Promise<HookSubscription> {
      const topics = Object.keys(TOPICS).filter((topic) => TOPICS[topic]!.some((feed) => feeds.includes(feed)));
      const there = (await list(client, signal)).filter((known) => known.url === url);
      const fitting = there.find(
        (known) => known.secret_hash === secretHash && topics.every((topic) => known.topics.includes(topic)),
      );
      for (const known of there) if (known !== fitting) await unsubscribe(client, known.id, signal);
      if (fitting) return { topics, repaired: false, expiresAt: fitting.expires_at ?? undefined };
      if (topics.length > 0)
        await accepted(await client.raw('POST', '/webhooks', { url, topics, secret }, signal), '/webhooks');
      return { topics, repaired: topics.length > 0 };
    },
    async remove(url, signal) {
      for (const known of await list(client, signal))
        if (known.url === url) await unsubscribe(client, known.id, signal);
    },
  };
}

async function list(client: GenericClient, signal: AbortSignal) {
  return (await client.get('/webhooks', {}, subscriptions, signal)).items;
}

async function unsubscribe(client: GenericClient, id: string, signal: AbortSignal): Promise<void> {
  const response = await client.raw('DELETE', `/webhooks/${encodeURIComponent(id)}`, undefined, signal);
  if (response.status !== 404 && response.status !== 204) await accepted(response, '/webhooks/…');
}

/** Orders are read by OrderImport whatever happened to them: a whole order is what it brings. */
function readHook(secret: string, hook: InboundHook): HookReading {
  const verdict = verifyStandardWebhook(secret, hook);
  if (!verdict.valid) return verdict;
  const message = hookPayload.safeParse(jsonOf(hook.body));
  if (!message.success)
    return { valid: false, reason: 'Unreadable', message: 'it is not a message of the Generic Store API' };
  const [topic] = message.data.type.split('.');
  const ids = [message.data.data.id];
  const hints: Readonly<Record<string, readonly HookHint[]>> = {
    order: [{ feed: 'OrderImport', ids }],
    product: [{ feed: 'ProductUpdate', ids }],
    stock: [{ feed: 'StockCheck' }],
  };
  return { valid: true, hints: hints[topic ?? ''] ?? [] };
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}
