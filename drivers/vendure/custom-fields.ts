import { z } from 'zod';
import type { Operation, VendureClient } from './client.ts';

const ENTITIES = ['Product', 'ProductVariant', 'Order', 'OrderLine'] as const;
type Entity = (typeof ENTITIES)[number];

/** A field that this shop added to products, variants, orders or their lines. */
export interface CustomField {
  readonly entity: Entity;
  readonly name: string;
  readonly type: string;
  readonly list: boolean;
}

/** Those whose values are plain; relations and structs would need a selection of their own. */
const PLAIN = new Set(['string', 'localeString', 'text', 'localeText', 'int', 'float', 'boolean', 'datetime']);

const settings = z.object({
  serverConfig: z.object({
    entityCustomFields: z.array(
      z.object({
        entityName: z.string(),
        customFields: z.array(
          z.object({
            name: z.string().regex(/^[_A-Za-z][_0-9A-Za-z]*$/),
            type: z.string(),
            list: z.boolean(),
            internal: z.boolean().nullish(),
            requiresPermission: z.array(z.string()).nullish(),
          }),
        ),
      }),
    ),
  }),
});
const answer = z.object({ globalSettings: settings });

/** What to select of the shop's `serverConfig`. */
export const CUSTOM_FIELDS =
  'entityCustomFields { entityName customFields { ... on CustomField { name type list internal requiresPermission } } }';

const operation: Operation<z.infer<typeof answer>> = {
  document: `{ globalSettings { serverConfig { ${CUSTOM_FIELDS} } } }`,
  answer,
};

export async function readCustomFields(client: VendureClient, signal: AbortSignal): Promise<CustomField[]> {
  return fieldsOf((await client.query(operation, {}, signal)).globalSettings);
}

/** The same of settings that came with another answer; none where they say nothing of it. */
export function customFieldsIn(shop: unknown): CustomField[] {
  const { success, data } = settings.safeParse(shop);
  return success ? fieldsOf(data) : [];
}

/**
 * Fields with values of their own kind; a field that needs a further permission is left out rather than failing every
 * read.
 */
function fieldsOf({ serverConfig }: z.infer<typeof settings>): CustomField[] {
  return serverConfig.entityCustomFields.flatMap(({ entityName, customFields }) => {
    const entity = ENTITIES.find((each) => each === entityName);
    return entity === undefined
      ? []
      : customFields
          .filter(
            (field) =>
              PLAIN.has(field.type) && field.internal !== true && (field.requiresPermission ?? []).length === 0,
          )
          .map(({ name, type, list }) => ({ entity, name, type, list }));
  });
}

/** The selection of an entity's custom fields; Vendure has no such field where there are none. */
export function customFieldSelection(fields: readonly CustomField[], entity: CustomField['entity']): string {
  const names = fields.filter((field) => field.entity === entity).map((field) => field.name);
  return names.length === 0 ? '' : `customFields { ${names.join(' ')} }`;
}

const plainValue = z.union([z.string(), z.number(), z.boolean()]);
export const customValues = z.record(z.string(), z.union([plainValue, z.array(plainValue)]).nullish()).nullish();
export type CustomValues = z.infer<typeof customValues>;

/** A value as text; undefined where nothing is set. */
export function customText(values: CustomValues, name: string): string | undefined {
  const value = values?.[name];
  if (value == null || value === '') return undefined;
  return Array.isArray(value) ? value.join(', ') : String(value);
}

/** All that are set, as text. */
export function customTexts(values: CustomValues): Record<string, string> | undefined {
  const set = Object.keys(values ?? {}).flatMap((name) => {
    const text = customText(values, name);
    return text === undefined ? [] : [[name, text] as const];
  });
  return set.length === 0 ? undefined : Object.fromEntries(set);
}
