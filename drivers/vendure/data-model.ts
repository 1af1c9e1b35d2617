import { z } from 'zod';
import type { AttributeRecord, CanonicalRecord } from '../../model/records.ts';
import type { Page, ReadRequest } from '../contract/index.ts';
import type { VendureClient } from './client.ts';
import { decode, encode } from './cursor.ts';
import { readCustomFields, type CustomField } from './custom-fields.ts';
import type { List } from './list.ts';
import { readList, type Mapping } from './pages.ts';

const named = z.object({ id: z.string(), name: z.string() });
const coded = named.extend({ code: z.string() });
const facet = coded.extend({ values: z.array(z.object({ name: z.string() })) });
const optionGroup = coded.extend({ options: z.array(z.object({ name: z.string() })) });

/** What the shop's records refer to, in the order it is read. Vendure has no attribute sets. */
const STAGES = ['facets', 'optionGroups', 'customFields', 'locations', 'shippingMethods'] as const;

const token = z.object({ stage: z.enum(STAGES), resume: z.string().optional() });
type Token = z.infer<typeof token>;

export async function* readDataModel(client: VendureClient, request: ReadRequest): AsyncGenerator<Page> {
  const from: Token = decode(token, request.resume) ?? { stage: STAGES[0] };
  for (const stage of STAGES.slice(STAGES.indexOf(from.stage))) {
    const next = STAGES[STAGES.indexOf(stage) + 1];
    // Small lists: always read whole, whatever changed.
    const whole = {
      ...request,
      since: undefined,
      until: undefined,
      resume: stage === from.stage ? from.resume : undefined,
    };
    for await (const page of readStage(client, stage, whole)) {
      // At the end of a stage go on with the next; a token of a list's end would read that list again.
      const resume: Token = page.end && next !== undefined ? { stage: next } : { stage, resume: page.resume };
      yield {
        records: page.records,
        unreadable: page.unreadable,
        resume: encode(resume),
        end: page.end && next === undefined,
      };
    }
  }
}

async function* readStage(client: VendureClient, stage: Token['stage'], request: ReadRequest): AsyncGenerator<Page> {
  const list = <T>(of: Omit<List, 'time'>, mapping: Mapping<T>): AsyncGenerator<Page> =>
    readList(client, { ...of, time: 'createdAt' }, mapping, request);
  switch (stage) {
    case 'facets':
      yield* list(
        { name: 'facets', options: 'FacetListOptions', fields: 'code name values { name }' },
        { what: 'facet', schema: facet, perRow: 'one', map: facetRecord },
      );
      return;
    case 'optionGroups':
      yield* list(
        { name: 'productOptionGroups', options: 'ProductOptionGroupListOptions', fields: 'code name options { name }' },
        { what: 'option group', schema: optionGroup, perRow: 'one', map: optionGroupRecord },
      );
      return;
    case 'customFields':
      yield { records: (await readCustomFields(client, request.signal)).map(customFieldRecord), resume: '', end: true };
      return;
    case 'locations':
      yield* list(
        { name: 'stockLocations', options: 'StockLocationListOptions', fields: 'name' },
        {
          what: 'stock location',
          schema: named,
          perRow: 'one',
          map: ({ id, name }): CanonicalRecord => ({ kind: 'location', id, code: name, name }),
        },
      );
      return;
    case 'shippingMethods':
      yield* list(
        { name: 'shippingMethods', options: 'ShippingMethodListOptions', fields: 'code name' },
        {
          what: 'shipping method',
          schema: coded,
          perRow: 'one',
          map: ({ id, code, name }): CanonicalRecord => ({ kind: 'shippingMethod', id, code, name }),
        },
      );
      return;
  }
}

/** Ids of facets, option groups and fields overlap: each gets its kind before it. */
function facetRecord({ id, code, name, values }: z.infer<typeof facet>): AttributeRecord {
  return {
    kind: 'attribute',
    id: `facet/${id}`,
    code,
    name,
    type: 'multiselect',
    values: values.map((value) => value.name),
  };
}

function optionGroupRecord({ id, code, name, options }: z.infer<typeof optionGroup>): AttributeRecord {
  return {
    kind: 'attribute',
    id: `option/${id}`,
    code,
    name,
    type: 'select',
    values: options.map((option) => option.name),
  };
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  localeString: 'text',
  text: 'text',
  localeText: 'text',
  int: 'number',
  float: 'number',
  boolean: 'boolean',
  datetime: 'date',
};

function customFieldRecord({ entity, name, type, list }: CustomField): AttributeRecord {
  return {
    kind: 'attribute',
    id: `field/${entity}.${name}`,
    code: name,
    name,
    type: list ? 'multiselect' : (TYPES[type] ?? type),
    values: [],
  };
}
