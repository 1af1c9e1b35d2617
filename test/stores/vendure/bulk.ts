import { plentifulSku } from './catalogue.ts';
import type { AdminClient } from './graphql.ts';
import { findShippingMethod, findVariant } from './lookup.ts';
import { placeDraft } from './place-order.ts';

/** Places many paid orders, a few at a time; answers their codes. */
export async function bulkOrders(client: AdminClient, n: number, concurrency: number): Promise<string[]> {
  const variantId = (await findVariant(client, plentifulSku)).id;
  const shippingMethodId = await findShippingMethod(client, 'standard');
  const codes: string[] = [];
  let left = n;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      codes.push(
        await placeDraft(client, { lines: [{ variantId, quantity: 1 + (left % 3) }], shippingMethodId }, true),
      );
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, concurrency) }, worker));
  return codes;
}
