import { z } from 'zod';

/** As long as an index holds, and without the one character that no database does. */
const id = z
  .string()
  .max(253)
  .regex(/^[^\0]+$/);

/**
 * What a platform passes on because the law demands it, of its customers or of a shop that ended. `orders`: the shop's
 * ids. `reference`: the platform's own number of the question, so that it is asked once.
 */
const privacyRequest = z.discriminatedUnion('ask', [
  z.strictObject({ ask: z.literal('erase'), orders: z.array(id).max(10_000).readonly() }),
  z.strictObject({ ask: z.literal('eraseShop') }),
  z.strictObject({ ask: z.literal('disclose'), reference: id, orders: z.array(id).max(10_000).readonly() }),
]);
/** What one webhook may ask. */
export const privacyRequests = z.array(privacyRequest).max(100);
export type PrivacyRequest = z.infer<typeof privacyRequest>;
