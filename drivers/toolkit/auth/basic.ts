import type { RequestAuth } from '../../contract/index.ts';

/** User and password (RFC 7617), in UTF-8. */
export function basic(user: string, password: string): RequestAuth {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
  return { headers: async () => ({ authorization }) };
}
