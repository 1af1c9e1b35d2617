import { z } from 'zod';
import { retry } from '../contract/index.ts';
import type { MagentoClient } from './client.ts';
import { allRows } from './lists.ts';
import { NEEDS } from './needs.ts';

const attribute = z.looseObject({
  attribute_id: z.int(),
  attribute_code: z.string(),
  default_frontend_label: z.string().nullish(),
  frontend_input: z.string().nullish(),
  options: z
    .array(z.looseObject({ label: z.string().nullish(), value: z.union([z.string(), z.number()]).nullish() }))
    .nullish(),
});

export interface MagentoAttribute {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly input: string;
  /** Labels by option id. */
  readonly options: ReadonlyMap<string, string>;
}

const WITH_OPTIONS = ['select', 'multiselect', 'swatch_visual', 'swatch_text', 'boolean'];

/** Attributes that the shop has made, with the labels of their options. */
export async function attributesOf(client: MagentoClient, signal: AbortSignal): Promise<readonly MagentoAttribute[]> {
  const own = [[{ field: 'is_user_defined', value: '1', is: 'eq' }]];
  const rows = z
    .array(attribute)
    .safeParse(await allRows(client, { path: '/V1/products/attributes', groups: own, need: NEEDS.attributes }, signal));
  if (!rows.success) throw retry('UnexpectedPayload', 'the shop sent attributes in another form than it describes');
  return rows.data.map(({ attribute_id, attribute_code, default_frontend_label, frontend_input, options }) => ({
    id: String(attribute_id),
    code: attribute_code,
    name: default_frontend_label || attribute_code,
    input: frontend_input ?? 'text',
    options: new Map(
      (options ?? []).flatMap(({ value, label }) =>
        value == null || String(value).trim() === '' ? [] : [[String(value), (label ?? '').trim()] as const],
      ),
    ),
  }));
}

/** What people read of a value: labels in place of option ids. */
export function labelOf({ input, options }: MagentoAttribute, value: string): string {
  if (!WITH_OPTIONS.includes(input) || options.size === 0) return value;
  return value
    .split(',')
    .map((id) => options.get(id) ?? id)
    .join(', ');
}
