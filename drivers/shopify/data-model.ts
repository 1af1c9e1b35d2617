import { z } from 'zod';
import type { CanonicalRecord } from '../../model/records.ts';
import type { Page, ReadRequest } from '../contract/index.ts';
import type { ShopifyClient } from './client.ts';
import { ATTRIBUTES, LOCATIONS, METHODS } from './documents.ts';
import { numberOf } from './ids.ts';
import { pageInfo } from './pages.ts';

const place = z.object({ read: z.int() });
const nodes = <T extends z.ZodType>(of: T) => z.object({ nodes: z.array(of) });
const locations = z.object({
  locations: z.object({
    nodes: z.array(z.looseObject({ id: z.string(), name: z.string(), isFulfillmentService: z.boolean() })),
    pageInfo,
  }),
});
const methods = z.object({
  deliveryProfiles: nodes(
    z.looseObject({
      profileLocationGroups: z.array(
        z.looseObject({
          locationGroupZones: nodes(
            z.looseObject({
              methodDefinitions: nodes(z.looseObject({ id: z.string(), name: z.string(), active: z.boolean() })),
            }),
          ),
        }),
      ),
    }),
  ),
});
const attributes = z.object({
  metafieldDefinitions: z.object({
    nodes: z.array(
      z.looseObject({
        id: z.string(),
        namespace: z.string(),
        key: z.string(),
        name: z.string(),
        type: z.looseObject({ name: z.string() }),
      }),
    ),
    pageInfo,
  }),
});

/** Locations, shipping methods, attributes: a few dozen records, in the order in which they come. */
export async function* readDataModel(client: ShopifyClient, request: ReadRequest): AsyncGenerator<Page> {
  let read = placeOf(request.resume);
  let index = 0;
  let records: CanonicalRecord[] = [];
  for await (const record of everything(client, request.signal)) {
    if (index++ < read) continue;
    if (records.length === request.pageSize) {
      read += records.length;
      yield { records, resume: JSON.stringify({ read }), end: false };
      records = [];
    }
    records.push(record);
  }
  yield { records, resume: JSON.stringify({ read: read + records.length }), end: true };
}

function placeOf(resume: string | undefined): number {
  try {
    return place.parse(JSON.parse(resume ?? '')).read;
  } catch {
    return 0;
  }
}

async function* everything(client: ShopifyClient, signal: AbortSignal): AsyncGenerator<CanonicalRecord> {
  for (let after: string | null = null; ;) {
    const found: z.infer<typeof locations>['locations'] = (
      await client.query({ document: LOCATIONS, answer: locations, cost: 15 }, { after }, signal)
    ).locations;
    for (const { id, name, isFulfillmentService } of found.nodes)
      yield {
        kind: 'location',
        id: numberOf(id),
        code: numberOf(id),
        name,
        ...(isFulfillmentService ? { readOnly: true } : {}),
      };
    if (!found.pageInfo.hasNextPage || found.pageInfo.endCursor == null) break;
    after = found.pageInfo.endCursor;
  }
  const { deliveryProfiles } = await client.query({ document: METHODS, answer: methods, cost: 400 }, {}, signal);
  const seen = new Set<string>();
  for (const { id, name, active } of deliveryProfiles.nodes
    .flatMap(({ profileLocationGroups }) => profileLocationGroups)
    .flatMap(({ locationGroupZones }) => locationGroupZones.nodes)
    .flatMap(({ methodDefinitions }) => methodDefinitions.nodes)) {
    // Orders name a method by its name; the same name stands in several zones.
    if (!active || seen.has(name)) continue;
    seen.add(name);
    yield { kind: 'shippingMethod', id: numberOf(id), code: name, name };
  }
  for (let after: string | null = null; ;) {
    const found: z.infer<typeof attributes>['metafieldDefinitions'] = (
      await client.query({ document: ATTRIBUTES, answer: attributes, cost: 15 }, { after }, signal)
    ).metafieldDefinitions;
    for (const { id, key, name, type } of found.nodes.filter(({ namespace }) => namespace === 'custom'))
      yield { kind: 'attribute', id: numberOf(id), code: key, name, type: type.name, values: [] };
    if (!found.pageInfo.hasNextPage || found.pageInfo.endCursor == null) break;
    after = found.pageInfo.endCursor;
  }
}
