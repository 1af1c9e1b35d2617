import type { FastifyRequest } from 'fastify';
import type { ConnectionKey } from '../../crds/index.ts';
import type { StoreRow } from '../stores/rules.ts';

/** Who a request is from, found out at the door (doors.ts) before anything of its body was read. */
export type Caller =
  | { readonly role: 'developer'; readonly id: string; readonly stores: readonly [StoreRow, ...StoreRow[]] }
  | { readonly role: 'sync'; readonly id: string; readonly connection: ConnectionKey }
  | { readonly role: 'operator'; readonly id: string }
  | { readonly role: 'store'; readonly id: string };

declare module 'fastify' {
  interface FastifyRequest {
    /** null: the route is for everybody. */
    caller: Caller | null;
  }
}

/** The connection whose pod asks. */
export function podOf({ caller }: FastifyRequest): ConnectionKey {
  if (caller?.role !== 'sync') throw new Error('a route for pods stands behind another door');
  return caller.connection;
}
