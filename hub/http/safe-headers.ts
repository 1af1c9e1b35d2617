import type { FastifyInstance } from 'fastify';

/** The documentation page's own script and style; it may speak to this hub and to nobody else. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const API_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** What every answer carries, so that a browser does no more with it than it should. */
export function safeHeaders(url: string): Readonly<Record<string, string>> {
  const isPage = url === '/docs' || url.startsWith('/docs/') || url.startsWith('/docs?');
  return {
    'content-security-policy': isPage ? PAGE_POLICY : API_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    ...(isPage ? {} : { 'cache-control': 'no-store' }),
  };
}

/**
 * Gives the headers to an answer before anybody works on it: some are made by the framework itself, for a URL that no
 * route can take or while the server closes, and no hook of a route sees those.
 */
export function carrySafeHeaders({ server }: FastifyInstance): void {
  server.prependListener('request', ({ url = '' }, response) => {
    for (const [name, value] of Object.entries(safeHeaders(url))) response.setHeader(name, value);
  });
}
