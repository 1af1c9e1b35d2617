import { z } from 'zod';
import type { CanonicalRecord } from '../../model/records.ts';
import type { Page, ReadRequest } from '../contract/index.ts';
import { fewRecords } from '../toolkit/lists/few-records.ts';
import type { MedusaClient, Query } from './client.ts';
import { MOST } from './pages.ts';

const named = z.looseObject({ id: z.string(), name: z.string() });
const option = z.looseObject({
  id: z.string(),
  title: z.string(),
  values: z.array(z.looseObject({ value: z.string() })).nullish(),
});

/** Locations, shipping options, options of products. */
export const readDataModel = (client: MedusaClient, request: ReadRequest): AsyncGenerator<Page> =>
  fewRecords(everything(client, request.signal), request);

async function* everything(client: MedusaClient, signal: AbortSignal): AsyncGenerator<CanonicalRecord> {
  for await (const { id, name } of listOf(client, 'stock-locations', named, { fields: 'id,name' }, signal))
    yield { kind: 'location', id, code: name, name };
  // Orders name the option alone.
  for await (const { id, name } of listOf(client, 'shipping-options', named, { fields: 'id,name' }, signal))
    yield { kind: 'shippingMethod', id, code: id, name };
  for await (const { id, title, values } of listOf(
    client,
    'product-options',
    option,
    { fields: 'id,title,*values' },
    signal,
  ))
    yield {
      ...{ kind: 'attribute', id, code: title, name: title, type: 'select' },
      values: [...new Set((values ?? []).map(({ value }) => value))],
    };
}

/** All rows of a list, by id. */
export async function* listOf<T>(
  client: MedusaClient,
  path: string,
  row: z.ZodType<T>,
  query: Query,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const name = path.replaceAll('-', '_');
  const answer = z.looseObject({ [name]: z.array(row), limit: z.int().min(1) });
  for (let offset = 0; ;) {
    const given = await client.get(`/${path}`, { ...query, order: 'id', limit: MOST, offset }, answer, signal);
    const rows = given[name] as T[];
    yield* rows;
    offset += rows.length;
    if (rows.length < Math.min(given.limit as number, MOST)) return;
  }
}
