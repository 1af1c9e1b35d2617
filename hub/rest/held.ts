import { z } from 'zod';
import { WRITE_KINDS } from '../../model/feeds.ts';
import type { HubContext } from '../base/context.ts';
import { page, pageQuery, storesOf, text, type App } from '../http/app.ts';
import { pageBounds } from '../http/position.ts';

const heldView = z.object({
  store: z.string().meta({ description: 'namespace/name' }),
  connection: z.string(),
  kind: z.enum(WRITE_KINDS),
  subject: z.string().meta({ description: 'The order, or SKU@location.' }),
  heldAt: z.string().nullable(),
  request: z
    .object({ method: z.string(), url: z.string(), body: z.string().nullable() })
    .nullable()
    .meta({
      description:
        'What would have been sent. No headers; keys in the URL are masked. Entries of one request have the same.',
    }),
  cursor: z.string(),
});

/** Some platforms take their key in the URL. */
const SECRET_PARAMETER =
  /key|token|secret|passw|pwd|signature|auth|hmac|credential|session|jwt|^(sig|code|pass|k)$|[_.-](sig|code|pass|k)$/i;

/** The URL with the values of parameters that look like a credential, and of user info, taken out. */
export function maskedUrl(address: string): string {
  if (!URL.canParse(address)) return address.split(/[?#]/)[0]!;
  const url = new URL(address);
  if (url.username || url.password) {
    url.username = 'masked';
    url.password = '';
  }
  for (const name of [...url.searchParams.keys()])
    if (SECRET_PARAMETER.test(name)) url.searchParams.set(name, 'masked');
  return url.toString();
}

export function heldRoutes(app: App, hub: HubContext): void {
  app.get(
    '/held',
    {
      schema: {
        tags: ['test mode'],
        security: [{ developerKey: [] }],
        summary: 'What Test mode keeps back: the exact requests, oldest first',
        querystring: pageQuery.extend({
          connection: text(507).optional().meta({ description: 'namespace/name' }),
          kind: z.enum(WRITE_KINDS).optional(),
        }),
        response: { 200: page(heldView) },
      },
    },
    async (request) => {
      const stores = storesOf(request).map(({ id }) => id);
      const { connection, kind, limit } = request.query;
      const { after, upTo } = await pageBounds(hub.db, stores, request.query.after);
      const rows = await hub.db.query<
        Omit<z.infer<typeof heldView>, 'request'> & { held: { method: string; url: string; body?: string } | null }
      >(
        `SELECT s.namespace || '/' || s.name AS store, c.namespace || '/' || c.name AS connection, o.kind, CASE WHEN o.kind = 'stock' THEN concat_ws('@', o.payload->>'sku', o.payload->>'locationId') ELSE o.subject END AS subject, o.done_at AS "heldAt", o.held_request AS held, o.held_seq::text AS cursor
       FROM outbox o JOIN connections c ON c.id = o.connection_id JOIN stores s ON s.id = c.store_id
       WHERE c.store_id = ANY($1::int[]) AND o.state = 'Held' AND o.held_seq > $2 AND o.held_seq <= $6 AND ($3::text IS NULL OR c.namespace || '/' || c.name = $3) AND ($4::text IS NULL OR o.kind = $4) ORDER BY o.held_seq LIMIT $5`,
        [stores, after, connection ?? null, kind ?? null, limit, upTo],
      );
      const items = rows.map(({ held, ...entry }) => ({
        ...entry,
        request: held && { method: held.method, url: maskedUrl(held.url), body: held.body ?? null },
      }));
      return { items, nextCursor: items.length === limit ? items.at(-1)!.cursor : null };
    },
  );
}
