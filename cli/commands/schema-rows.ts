import { z } from 'zod';

const field = z.object({
  description: z.string().optional(),
  default: z.unknown().optional(),
  enum: z.array(z.string()).optional(),
});
const object = z.object({ required: z.array(z.string()).default([]), properties: z.record(z.string(), field) });

/** What a Driver says of its settings, or of the keys of its Secret: a row for each. Pure. */
export function schemaRows(schema: unknown): string[][] {
  const { required, properties } = object.parse(schema);
  return Object.entries(properties).map(([name, { description, default: absent, enum: choices }]) => [
    `  ${name}`,
    required.includes(name) ? 'required' : absent === undefined ? '' : shown(absent),
    [description ?? '', ...(choices ? [`(${choices.join(', ')})`] : [])].join(' ').trim(),
  ]);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
