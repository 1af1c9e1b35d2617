import { z } from 'zod';
import type { HookHint, HookReading, InboundHook } from '../contract/index.ts';
import { verifyStandardWebhook } from './standard-webhooks.ts';

const message = z.object({ orders: z.array(z.string()).default([]), products: z.array(z.string()).default([]) });

/**
 * A message of a companion plugin (plugins/): ids of what changed, signed. Orders are read by OrderImport whatever
 * happened to them: a whole order is what it brings. Pure.
 */
export function changedHook(secret: string, hook: InboundHook): HookReading {
  const verdict = verifyStandardWebhook(secret, hook);
  if (!verdict.valid) return verdict;
  const parsed = message.safeParse(jsonOf(hook.body));
  if (!parsed.success)
    return {
      valid: false,
      reason: 'Unreadable',
      message: 'it is not a message of the companion plugin: plugin and Supercargo may be of different releases',
    };
  const { orders, products } = parsed.data;
  const hints: HookHint[] = [];
  if (orders.length > 0) hints.push({ feed: 'OrderImport', ids: orders });
  if (products.length > 0) hints.push({ feed: 'ProductUpdate', ids: products });
  return { valid: true, hints };
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}
