import { z } from 'zod';
import type { Operation, VendureClient } from './client.ts';

/** A field that this shop added to products or variants. */
export interface CustomField {
  readonly entity: 'Product' | 'ProductVariant';
  readonly name: string;
  readonly type: string;
  readonly list: boolean;
}

/** Those whose values are plain; relations and structs would need a selection of their own. */
const PLAIN = new Set(['string', 'localeString', 'text', 'localeText', 'int', 'float', 'boolean', 'datetime']);

const answer = z.object({
  globalSettings: z.object({
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
  }),
});

const operation: Operation<z.infer<typeof answer>> = {
  document: `{ globalSettings { serverConfig { entityCustomFields { entityName customFields { ... on CustomField { name type list internal requiresPermission } } } } } }`,
  answer,
};

/**
 * Fields with values of their own kind; a field that needs a further permission is left out rather than failing every
 * read.
 */
export async function readCustomFields(client: VendureClient, signal: AbortSignal): Promise<CustomField[]> {
  const { globalSettings } = await client.query(operation, {}, signal);
  return globalSettings.serverConfig.entityCustomFields.flatMap(({ entityName, customFields }) =>
    entityName === 'Product' || entityName === 'ProductVariant'
      ? customFields
          .filter(
            (field) =>
              PLAIN.has(field.type) && field.internal !== true && (field.requiresPermission ?? []).length === 0,
          )
          .map(({ name, type, list }) => ({ entity: entityName, name, type, list }))
      : [],
  );
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
