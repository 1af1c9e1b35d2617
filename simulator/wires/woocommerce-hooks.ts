import { z } from 'zod';
import { Refused } from '../desk/refused.ts';
import type { Desk, Route, WireAnswer } from '../desk/wire.ts';
import { parseBody } from './body.ts';
import { wpError } from './woocommerce-lists.ts';

const TOPIC = /^(order|product|customer|coupon)\.(created|updated|deleted|restored)$/;
const made = z.object({
  name: z.string().optional(),
  status: z.enum(['active', 'paused', 'disabled']).optional(),
  topic: z.string().regex(TOPIC, 'topic'),
  delivery_url: z.url({ error: 'delivery_url' }),
  secret: z.string().optional(),
});
const changed = made.partial();

/** WooCommerce tells of stock by the product. */
export const hookTopics = (type: string): string => (type === 'stock.changed' ? 'product.updated' : type);

interface More {
  readonly name: string;
  readonly status: string;
  readonly topic: string;
}

/** Each webhook has one topic; its secret is never shown. */
export function webhookRoutes({ hooks, shop }: Desk): Route[] {
  const more = new Map<string, More>();
  const json = ({ id, url }: { readonly id: string; readonly url: string }) => {
    const { name = '', status = 'active', topic = '' } = more.get(id) ?? {};
    const [resource, event] = topic.split('.');
    return {
      ...{ id: Number(id), name, status, topic, resource, event, delivery_url: url },
      date_created_gmt: shop.now().toISOString().slice(0, 19),
    };
  };
  const topics = (topic: string): string[] => (topic === 'product.updated' ? [topic, 'stock.changed'] : [topic]);
  const route = (
    method: string,
    path: RegExp,
    answer: (part: string, body: () => unknown, query: URLSearchParams) => WireAnswer,
  ): Route => ({
    method,
    path,
    writes: method !== 'GET',
    answer: (call) => {
      call.demand('webhooks:write');
      return answer(call.part, () => call.json(), call.query);
    },
  });
  const known = (id: string) => hooks.list().find((each) => each.id === id);
  const unknown = wpError(404, 'woocommerce_rest_shop_webhook_invalid_id', 'Invalid ID.');
  return [
    route('GET', /^\/wc\/v3\/webhooks$/, (_part, _body, query) => {
      const [size, page] = [Number(query.get('per_page') ?? 10), Number(query.get('page') ?? 1)];
      if (size > 100) throw new Refused('invalid', 'per_page');
      const all = hooks.list();
      return {
        status: 200,
        json: all.slice((page - 1) * size, page * size).map(json),
        headers: { 'x-wp-total': String(all.length), 'x-wp-totalpages': String(Math.ceil(all.length / size)) },
      };
    }),
    route('POST', /^\/wc\/v3\/webhooks$/, (_part, body) => {
      const { name = '', status = 'active', topic, delivery_url, secret = 'of the user' } = parseBody(made, body());
      const subscription = hooks.add({ url: delivery_url, topics: topics(topic), secret });
      more.set(subscription.id, { name, status, topic });
      return { status: 201, json: json(subscription) };
    }),
    route('PUT', /^\/wc\/v3\/webhooks\/(\d+)$/, (id, body) => {
      const there = known(id);
      const before = more.get(id);
      if (!there || !before) return unknown;
      const { delivery_url, secret, topic, ...rest } = parseBody(changed, body());
      const now = { ...before, ...rest, ...(topic === undefined ? {} : { topic }) };
      hooks.remove(id);
      const again = hooks.add({
        url: delivery_url ?? there.url,
        topics: topics(now.topic),
        secret: secret ?? there.secret,
      });
      more.set(again.id, now);
      return { status: 200, json: json(again) };
    }),
    route('DELETE', /^\/wc\/v3\/webhooks\/(\d+)$/, (id) => {
      const there = known(id);
      if (!there) return unknown;
      hooks.remove(id);
      return { status: 200, json: json(there) };
    }),
    { method: 'POST', path: /^\/wc\/v3\/webhooks\/batch$/, answer: (call) => (call.demand('webhooks:write'), empty) },
  ];
}

const empty: WireAnswer = { status: 200, json: {} };
