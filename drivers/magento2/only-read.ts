import { z } from 'zod';

/**
 * For the parameter `fields`: what a schema reads, and no more. Magento shows some hundred fields of an order and of
 * each of its lines, every amount in two currencies. A loose object is asked for whole: it has fields whose names
 * nobody knows before.
 */
export function onlyRead(schema: z.ZodObject): string {
  return Object.entries(schema.shape)
    .map(([name, of]) => {
      const inner = objectIn(of as z.ZodType);
      return inner ? `${name}[${onlyRead(inner)}]` : name;
    })
    .join(',');
}

/** The object that a field is, or is a list of; undefined where it is none, or is to come whole. */
function objectIn(schema: z.ZodType): z.ZodObject | undefined {
  if (schema instanceof z.ZodObject) return schema.def.catchall === undefined ? schema : undefined;
  if (schema instanceof z.ZodArray) return objectIn(schema.element as z.ZodType);
  if (schema instanceof z.ZodPipe) return objectIn(schema.in as z.ZodType);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return objectIn(schema.unwrap() as z.ZodType);
  return undefined;
}
