import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { badRequest, notFound, unauthorized } from '../base/errors.ts';
import type { Database } from '../storage/database.ts';
import { type StoreRow } from '../stores/rules.ts';
import { isPlainText, NO_CONTROLS } from './plain-text.ts';

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

export function bearerToken(request: FastifyRequest): string {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || !token) throw unauthorized('send "Authorization: Bearer KEY"');
  return token;
}

/** Names one of several Stores that a key opens: namespace/name. */
export const STORE_HEADER = 'supercargo-store';

/** The Stores that the developer API key of the request opens, or the one of them that it names. */
export function storesOf({ caller, headers }: FastifyRequest): readonly [StoreRow, ...StoreRow[]] {
  if (caller?.role !== 'developer') throw new Error('a route of the back office stands behind another door');
  const named = headers[STORE_HEADER];
  if (named === undefined) return caller.stores;
  const found = caller.stores.find(({ namespace, name }) => `${namespace}/${name}` === named);
  if (!found) throw notFound(`the Store of the header ${STORE_HEADER}`, 'name one that the key opens: namespace/name');
  return [found];
}

/** The one Store that a request is about: the only one, the one that it names, or the one of the order in its path. */
export async function storeOf(db: Database, request: FastifyRequest): Promise<StoreRow> {
  const stores = storesOf(request);
  if (stores.length === 1) return stores[0];
  const { id } = (request.params ?? {}) as { id?: string };
  const connection = /^(\d{1,9})\./.exec(id ?? '')?.[1];
  if (connection !== undefined) {
    const [row] = await db.query<{ store_id: number }>('SELECT store_id FROM connections WHERE id = $1', [connection]);
    // An order of nobody, or of somebody else, is not found in the key's own Store.
    return stores.find((store) => store.id === row?.store_id) ?? stores[0];
  }
  throw badRequest(
    'StoreNotNamed',
    `the key opens ${stores.length} Stores: say which by the header ${STORE_HEADER}, for example ${stores[0].namespace}/${stores[0].name}`,
  );
}

const NOT_STORABLE = `must be text with ${NO_CONTROLS}`;

/** Text that comes in. */
export const text = (max: number) => z.string().min(1).max(max).refine(isPlainText, NOT_STORABLE);

/** A web address that comes in. */
export const webAddress = z
  .url({ protocol: /^https?$/ })
  .max(2048)
  .refine(isPlainText, NOT_STORABLE);

/** Keyset paging: `after` is the `cursor` of the last item that was seen; a list never skips or repeats a row. */
export const pageQuery = z.object({
  after: z
    .string()
    .regex(/^\d{1,18}$/, 'must be the nextCursor of an earlier answer')
    .optional()
    .meta({ description: 'nextCursor of the page before; absent: from the beginning.' }),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

export const page = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    nextCursor: z
      .string()
      .nullable()
      .meta({
        description:
          'Give it as `after` for what follows; null: nothing more now (ask again later with the last cursor you have).',
      }),
  });

/** Keyset paging by several columns: the cursor is opaque. */
export const opaquePageQuery = z.object({
  after: z
    .string()
    .max(2048)
    .regex(/^[A-Za-z0-9_-]+$/, 'must be the nextCursor of an earlier answer')
    .optional()
    .meta({ description: 'nextCursor of the page before; absent: from the beginning.' }),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

export const opaquePage = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().meta({ description: 'Give it as `after` for what follows; null: that was all.' }),
  });

export function encodeCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** The key of the last item seen, as `shape` says it must look. */
export function decodeCursor<T extends z.ZodType>(cursor: string | undefined, shape: T): z.infer<T> | undefined {
  if (cursor === undefined) return undefined;
  let key: unknown;
  try {
    key = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw badRequest('InvalidRequest', 'querystring.after: must be the nextCursor of an earlier answer');
  }
  const parsed = shape.safeParse(key);
  if (!parsed.success)
    throw badRequest('InvalidRequest', 'querystring.after: must be the nextCursor of an earlier answer');
  return parsed.data;
}
