import { createHash } from 'node:crypto';

/** Fewer writes than this never trip a brake: three of ten levels at zero are an ordinary day. */
export const BRAKE_MIN_WRITES = 20;

/** Names a plan of writes by their numbers and what each sets. */
export function planDigest(plan: readonly { readonly id: number; readonly sets: number }[]): string {
  return createHash('sha256')
    .update(JSON.stringify(plan.map(({ id, sets }) => [id, sets])))
    .digest('hex')
    .slice(0, 16);
}
