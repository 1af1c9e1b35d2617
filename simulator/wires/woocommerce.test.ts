import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import client from '@woocommerce/woocommerce-rest-api';
import { ManualClock } from '../../test/support/manual-clock.ts';
import type { Delivery } from '../desk/hooks.ts';
import { Random } from '../random.ts';
import { furnishShowcase } from '../shop/showcase.ts';
import { SimulatedShop } from '../simulated-shop.ts';
import { woocommerceWire } from './woocommerce.ts';

/*
 * The platform's own client, which knows nothing of this repository, at the simulated shop: paths, parameters, keys
 * and errors are those that it is made for.
 */

interface Config {
  readonly method: string;
  readonly url: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly auth?: { readonly username: string; readonly password: string };
  readonly data?: string;
}
interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: unknown;
}
interface Client {
  get(path: string, params?: Readonly<Record<string, unknown>>): Promise<Answered>;
  post(path: string, data: unknown): Promise<Answered>;
  put(path: string, data: unknown): Promise<Answered>;
  delete(path: string, params?: Readonly<Record<string, unknown>>): Promise<Answered>;
}
type Maker = new (options: Readonly<Record<string, unknown>>) => Client;
// Published for CommonJS and for bundlers.
const { default: WooCommerceRestApi } = client as unknown as { readonly default: Maker };

function shop() {
  const mail: Delivery[] = [];
  const clock = new ManualClock('2026-11-02T08:00:00.000Z');
  const store = new SimulatedShop({
    ...{ clock, wire: woocommerceWire, apiKey: 'good', strict: true },
    sendHook: (delivery) => mail.push(delivery),
  });
  const { orders, products } = furnishShowcase(store.shop, new Random(11), woocommerceWire.subject.lacks);
  const adapter = async ({ method, url, params, auth, data }: Config): Promise<Answered> => {
    const texts = Object.entries(params ?? {}).map(([name, value]): [string, string] => [name, String(value)]);
    const query = new URLSearchParams(texts);
    const { pathname, search } = new URL(url);
    const basic = auth && `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;
    const { status, headers, body } = store.handle({
      method: method.toUpperCase(),
      path: `${pathname.slice('/wp-json'.length)}${search || '?'}&${query.toString()}`,
      ...{ headers: basic === undefined ? {} : { authorization: basic }, body: data },
    });
    const answer = { status, headers, data: JSON.parse(body) as unknown };
    if (status >= 400) throw Object.assign(new Error(`status ${status}`), { response: answer });
    return answer;
  };
  const connect = (more: Readonly<Record<string, unknown>> = {}, axiosConfig: object = {}): Client =>
    new WooCommerceRestApi({
      ...{ url: 'https://shop.example', consumerKey: 'ck_good', consumerSecret: 'cs_good', version: 'wc/v3' },
      ...{ axiosConfig: { adapter, ...axiosConfig }, ...more },
    });
  return { store, mail, connect, orders, products };
}

const refused = (work: Promise<unknown>): Promise<Answered> =>
  work.then(
    () => {
      throw new Error('was not refused');
    },
    (error: { response: Answered }) => error.response,
  );

describe('the client of WooCommerce at the simulated shop', () => {
  it('shows its key in the header, or in the query', async () => {
    const { connect } = shop();
    for (const client_ of [connect(), connect({ queryStringAuth: true })])
      expect((await client_.get('orders', { per_page: 1 })).data).toHaveLength(1);
    expect(await refused(connect({ consumerSecret: 'cs_other' }).get('orders'))).toMatchObject({
      ...{ status: 401, data: { code: 'woocommerce_rest_authentication_error', data: { status: 401 } } },
    });
  });

  it('reads in pages of ten, with totals; no more than a hundred; nothing beyond the end', async () => {
    const { connect } = shop();
    const { data, headers } = await connect().get('orders');
    expect(data).toHaveLength(10);
    const [total, pages] = [Number(headers['x-wp-total']), Number(headers['x-wp-totalpages'])];
    expect(pages).toBe(Math.ceil(total / 10));
    expect(headers['link']).toContain('rel="next"');
    expect((await connect().get('orders', { page: pages + 1 })).data).toEqual([]);
    expect(await refused(connect().get('orders', { per_page: 101 }))).toMatchObject({
      ...{ status: 400, data: { code: 'rest_invalid_param' } },
    });
  });

  it('asks by time of change in GMT: bounds are exclusive', async () => {
    const { connect } = shop();
    const asked = { orderby: 'modified', order: 'asc', dates_are_gmt: true, per_page: 100 };
    const rows = (await connect().get('orders', asked)).data as { id: number; date_modified_gmt: string }[];
    const middle = rows[5]!;
    const after = await connect().get('orders', { ...asked, modified_after: middle.date_modified_gmt });
    expect((after.data as { id: number }[]).map(({ id }) => id)).toEqual(rows.slice(6).map(({ id }) => id));
  });

  it('writes levels in a batch: each has its own answer', async () => {
    const { connect, store, products } = shop();
    const product = store.shop.products.get(products.get('plain')!)!;
    const variation = Number(product.variants[0]!.id);
    const { status, data } = await connect().post(`products/${product.id}/variations/batch`, {
      update: [
        { id: variation, stock_quantity: 7 },
        { id: 4711, stock_quantity: 7 },
      ],
    });
    expect([status, data]).toMatchObject([
      200,
      { update: [{ stock_quantity: 7 }, { error: { code: 'woocommerce_rest_product_variation_invalid_id' } }] },
    ]);
  });

  it('makes a fulfilment, and finds it again', async () => {
    const { connect, orders } = shop();
    const path = `orders/${orders.get('plain')!}/fulfillments`;
    const { data: whole } = await connect().get(`orders/${orders.get('plain')!}`);
    const [line] = (whole as { line_items: { id: number }[] }).line_items;
    const meta_data = [
      { key: '_items', value: [{ item_id: line!.id, qty: 1 }] },
      { key: '_tracking_number', value: 'JD1' },
    ];
    expect(await connect().post(path, { status: 'fulfilled', is_fulfilled: true, meta_data })).toMatchObject({
      ...{ status: 201, data: { entity_type: 'WC_Order', is_fulfilled: true } },
    });
    expect((await connect().get(path)).data).toMatchObject([{ meta_data }]);
    expect(await refused(connect().post(path, { is_fulfilled: true, meta_data: [] }))).toMatchObject({ status: 400 });
  });

  it('subscribes, and is told with a signature over the body', async () => {
    const { connect, store, mail, orders } = shop();
    const hook = { name: 'x', topic: 'order.updated', delivery_url: 'https://there.example/', secret: 'quiet' };
    const { data } = await connect().post('webhooks', hook);
    expect(data).not.toHaveProperty('secret');
    store.hooks.tell({ type: 'order.created', id: orders.get('plain')! });
    store.hooks.tell({ type: 'order.updated', id: orders.get('plain')! });
    expect(mail).toHaveLength(1);
    const [{ headers, body }] = mail as [Delivery];
    expect(headers['x-wc-webhook-topic']).toBe('order.updated');
    expect(headers['x-wc-webhook-signature']).toBe(createHmac('sha256', 'quiet').update(body).digest('base64'));
    await connect().delete(`webhooks/${(data as { id: number }).id}`, { force: true });
    expect(store.hooks.count).toBe(0);
  });
});
