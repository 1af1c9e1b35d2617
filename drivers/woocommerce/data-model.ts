import { z } from 'zod';
import type { CanonicalRecord } from '../../model/records.ts';
import { retry, type Page, type ReadRequest } from '../contract/index.ts';
import { fewRecords } from '../toolkit/lists/few-records.ts';
import { NEEDS, type WooClient } from './client.ts';
import { methodCode } from './order-map.ts';
import { LOCATION } from './product-map.ts';

const zones = z.array(z.looseObject({ id: z.int() }));
const methods = z.array(
  z.looseObject({ instance_id: z.union([z.int(), z.string()]), method_id: z.string(), title: z.string() }),
);
const attributes = z.array(z.looseObject({ id: z.int(), name: z.string(), slug: z.string(), type: z.string() }));
const terms = z.array(z.looseObject({ name: z.string() }));

/** The one location, shipping methods by zone, attributes: a few dozen records, in the order in which they come. */
export const readDataModel = (client: WooClient, request: ReadRequest): AsyncGenerator<Page> =>
  fewRecords(everything(client, request.signal), request);

async function* everything(client: WooClient, signal: AbortSignal): AsyncGenerator<CanonicalRecord> {
  yield { kind: 'location', id: LOCATION, code: LOCATION, name: 'Stock of the shop' };
  const list = async <T>(path: string, schema: z.ZodType<T>, need: (typeof NEEDS)['manage' | 'products']) => {
    const parsed = schema.safeParse((await client.get(path, {}, need, signal)).json);
    if (!parsed.success) throw retry('UnexpectedPayload', `the shop sent ${path} in another form than it describes`);
    return parsed.data;
  };
  for (const { id } of await list('/shipping/zones', zones, NEEDS.manage))
    for (const method of await list(`/shipping/zones/${id}/methods`, methods, NEEDS.manage))
      yield {
        kind: 'shippingMethod',
        id: String(method.instance_id),
        code: methodCode(method.method_id, method.instance_id),
        name: method.title,
      };
  for (const { id, name, slug, type } of await list('/products/attributes', attributes, NEEDS.products)) {
    const values = await list(`/products/attributes/${id}/terms?per_page=100`, terms, NEEDS.products);
    yield { kind: 'attribute', id: String(id), code: slug, name, type, values: values.map((term) => term.name) };
  }
}
