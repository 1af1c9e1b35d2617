import { z } from 'zod';
import type { HubContext } from '../base/context.ts';
import { page, pageQuery, storesOf, text, type App } from '../http/app.ts';
import { pageBounds } from '../http/position.ts';

const variantView = z.object({
  id: z.string(),
  sku: z.string(),
  title: z.string().nullable(),
  barcode: z.string().nullable(),
  price: z.number().nullable(),
  currency: z.string().nullable(),
  weightGrams: z.number().nullable(),
  enabled: z.boolean().nullable(),
  tracked: z.boolean().nullable(),
  options: z.record(z.string(), z.string()).nullable(),
});

const productView = z.object({
  id: z.string(),
  store: z.string().meta({ description: 'namespace/name' }),
  connection: z.string(),
  title: z.string().nullable(),
  description: z.string().nullable(),
  brand: z.string().nullable(),
  status: z.string().nullable(),
  attributes: z.record(z.string(), z.string()).nullable(),
  updatedAt: z.string().nullable(),
  variants: z.array(variantView),
  images: z.array(
    z.object({
      id: z.string(),
      url: z.string().nullable(),
      position: z.number().nullable(),
      alt: z.string().nullable(),
      variantId: z.string().nullable(),
    }),
  ),
  cursor: z.string(),
});

export function catalogueRoutes(app: App, hub: HubContext): void {
  app.get(
    '/products',
    {
      schema: {
        tags: ['catalogue'],
        security: [{ developerKey: [] }],
        summary: 'Products with variants and images, oldest change first',
        querystring: pageQuery.extend({ sku: text(128).optional() }),
        response: { 200: page(productView) },
      },
    },
    async (request) => {
      const stores = storesOf(request).map(({ id }) => id);
      const { after, upTo, within } = await pageBounds(hub.db, stores, request.query.after, request.query.sku);
      const rows = await hub.db.query<z.infer<typeof productView> & Record<string, unknown>>(
        `SELECT p.connection_id || '.' || p.external_id AS id, o.namespace || '/' || o.name AS store, c.namespace || '/' || c.name AS connection, p.title, p.description, p.brand, p.status, p.attributes, p.updated_at AS "updatedAt", least(p.seq, $6)::text AS cursor,
         coalesce((SELECT jsonb_agg(jsonb_build_object('id', v.external_id, 'sku', v.sku, 'title', v.title, 'barcode', v.barcode, 'price', v.price, 'currency', v.currency,
           'weightGrams', v.weight_grams, 'enabled', v.enabled, 'tracked', v.tracked, 'options', v.options) ORDER BY v.sku)
           FROM variants v WHERE v.connection_id = p.connection_id AND v.product_id = p.external_id), '[]') AS variants,
         coalesce((SELECT jsonb_agg(jsonb_build_object('id', i.external_id, 'url', i.url, 'position', i.position, 'alt', i.alt, 'variantId', i.variant_id) ORDER BY i.position)
           FROM images i WHERE i.connection_id = p.connection_id AND i.product_id = p.external_id), '[]') AS images
       FROM connections c JOIN stores o ON o.id = c.store_id
       CROSS JOIN LATERAL (
         SELECT p.* FROM products p WHERE p.connection_id = c.id AND p.seq > $2 AND p.seq <= $5
           ${request.query.sku === undefined ? 'AND $3::text IS NULL' : 'AND p.external_id = ANY(ARRAY(SELECT v.product_id FROM variants v WHERE v.connection_id = c.id AND v.sku = $3))'}
         ORDER BY p.seq LIMIT $4) p
       WHERE c.store_id = ANY($1::int[])
       ORDER BY p.seq LIMIT $4`,
        [stores, after, request.query.sku ?? null, request.query.limit, within, upTo],
      );
      return { items: rows, nextCursor: rows.length === request.query.limit ? rows.at(-1)!.cursor : null };
    },
  );
}
