import { z } from 'zod';
import type { CanonicalRecord } from '../../model/records.ts';
import { retry, type Page, type ReadRequest } from '../contract/index.ts';
import { fewRecords } from '../toolkit/lists/few-records.ts';
import { attributesOf } from './attributes.ts';
import type { MagentoClient } from './client.ts';
import { allRows } from './lists.ts';
import { NEEDS } from './needs.ts';
import { ONE_PLACE } from './stock.ts';

const sources = z.array(z.looseObject({ source_code: z.string(), name: z.string().nullish() }));
const sets = z.array(z.looseObject({ attribute_set_id: z.int(), attribute_set_name: z.string() }));
const members = z.array(z.looseObject({ attribute_id: z.int() }));

/** Sources, shipping methods of the settings, attributes and their sets: in the order in which they come. */
export const readDataModel = (client: MagentoClient, request: ReadRequest): AsyncGenerator<Page> =>
  fewRecords(everything(client, request.signal), request);

async function* everything(client: MagentoClient, signal: AbortSignal): AsyncGenerator<CanonicalRecord> {
  const { stock, shippingMethods } = client.context.settings;
  const parsed = <T>(schema: z.ZodType<T>, json: unknown, what: string): T => {
    const result = schema.safeParse(json);
    if (!result.success) throw retry('UnexpectedPayload', `the shop sent ${what} in another form than it describes`);
    return result.data;
  };
  if (stock === 'stockItems') yield { kind: 'location', id: ONE_PLACE, code: ONE_PLACE, name: 'Stock of the shop' };
  else {
    const rows = await allRows(client, { path: '/V1/inventory/sources', groups: [], need: NEEDS.sources }, signal);
    for (const { source_code: code, name } of parsed(sources, rows, 'sources'))
      yield { kind: 'location', id: code, code, name: name || code };
  }
  for (const [code, name] of Object.entries(shippingMethods)) yield { kind: 'shippingMethod', id: code, code, name };
  const attributes = await attributesOf(client, signal);
  for (const { id, code, name, input, options } of attributes)
    yield { kind: 'attribute', id, code, name, type: input, values: [...options.values()] };
  const known = new Set(attributes.map(({ id }) => id));
  const path = '/V1/products/attribute-sets';
  for (const { attribute_set_id: id, attribute_set_name: name } of parsed(
    sets,
    await allRows(client, { path: `${path}/sets/list`, groups: [], need: NEEDS.sets }, signal),
    'attribute sets',
  )) {
    const json = await client.get(`${path}/${id}/attributes`, [], NEEDS.sets, signal);
    const attributeIds = parsed(members, json, 'the attributes of a set')
      .map((each) => String(each.attribute_id))
      .filter((each) => known.has(each));
    yield { kind: 'attributeSet', id: String(id), code: name, name, attributeIds };
  }
}
