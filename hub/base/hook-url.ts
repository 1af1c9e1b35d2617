import { createHmac, timingSafeEqual } from 'node:crypto';

export const HOOKS_PATH = '/hooks/v1';

/**
 * Where a store sends its webhooks for a connection. The last part cannot be guessed: what does not have it never
 * reaches the queue. It is no proof of who sends; that is the signature, which the pod checks.
 */
export function hookUrl(publicUrl: string, master: Buffer, connectionId: number): string {
  return `${publicUrl.replace(/\/$/, '')}${HOOKS_PATH}/${connectionId}/${hookToken(master, connectionId)}`;
}

export function isHookToken(master: Buffer, connectionId: number, given: string): boolean {
  const expected = Buffer.from(hookToken(master, connectionId));
  const actual = Buffer.from(given);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function hookToken(master: Buffer, connectionId: number): string {
  return createHmac('sha256', master).update(`inbound/${connectionId}`).digest('base64url');
}
