import { z } from 'zod';

const id = z.string().min(1).max(253);

/**
 * What a platform passes on because the law demands it, of its customers or of a shop that ended. `orders`: the shop's
 * ids. `reference`: the platform's own number of the question, so that it is asked once.
 */
export const privacyRequest = z.discriminatedUnion('ask', [
  z.strictObject({ ask: z.literal('erase'), orders: z.array(id).max(10_000).readonly() }),
  z.strictObject({ ask: z.literal('eraseShop') }),
  z.strictObject({ ask: z.literal('disclose'), reference: id, orders: z.array(id).max(10_000).readonly() }),
]);
export type PrivacyRequest = z.infer<typeof privacyRequest>;
