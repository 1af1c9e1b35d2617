import type { z } from 'zod';
import { Refused } from '../desk/refused.ts';

/** What a caller sent, as the wire's schema has it. Throws `Refused`, invalid. */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new Refused('invalid', parsed.error.issues[0]?.message ?? 'not as expected');
  return parsed.data;
}
