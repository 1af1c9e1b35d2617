import { request } from 'node:https';

/** How to reach an API server: its CA and either a token or a client certificate. */
export interface ApiAccess {
  server: string;
  ca: string | Buffer;
  token?: string;
  cert?: string | Buffer;
  key?: string | Buffer;
}

/** One GET, given up after five seconds. Enough for health; the tests have a real client. */
export function get(access: ApiAccess, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const { server, token, ...tls } = access;
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const outgoing = request(new URL(path, server), { ...tls, headers, timeout: 5_000, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', reject);
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within 5 s')));
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/** Throws with the checks that fail, so that a wait for readiness can say which. */
export async function requireReady(access: ApiAccess): Promise<true> {
  const { status, body } = await get(access, '/readyz?verbose');
  if (status === 200) return true;
  const failing = body
    .split('\n')
    .filter((line) => line.startsWith('[-]'))
    .join('; ');
  throw new Error(`/readyz answers ${status}: ${failing || body.slice(0, 200)}`);
}
