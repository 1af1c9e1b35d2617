import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Authenticator } from '../auth/identity.ts';
import type { HubContext } from '../base/context.ts';
import { HttpError, unauthorized } from '../base/errors.ts';
import { webhookMasterKey } from '../base/secrets.ts';
import { HOOKS_PATH, isHookToken } from '../base/hook-url.ts';
import { findStoresByKeyHash } from '../stores/rules.ts';
import { bearerToken } from './app.ts';
import type { Caller } from './caller.ts';
import type { Limiter } from './limits.ts';

type Ask = (request: FastifyRequest) => Promise<Caller>;

/** A cluster must hear that the hub lives, however many ask. */
const PROBES = /^\/(healthz|readyz)$/;

export interface Route {
  readonly method: string;
  readonly url: string;
}

/** For everybody: they tell nothing of any Store. */
const OPEN = /^\/(healthz|readyz|metrics|openapi\.json|docs(\/.*)?)$/;

/**
 * Who may come in, in one place, for every route there is: by its path, before a byte of a body is read. A route that
 * stands behind no door cannot be added. Gives the list of routes as it grows.
 */
export function guardDoors(
  app: FastifyInstance,
  hub: HubContext,
  authenticator: Authenticator,
  limiter: Limiter,
): readonly Route[] {
  const doors: Readonly<Record<string, Ask>> = {
    '/api/v1': (request) => developer(hub, request),
    '/sync/v1': (request) => pod(hub, authenticator, request),
    [HOOKS_PATH]: hookDoor(hub),
    '/operator/v1': (request) => operator(authenticator, request),
  };
  const doorOf = (url: string): Ask | undefined =>
    Object.entries(doors).find(([prefix]) => url.startsWith(`${prefix}/`))?.[1];
  const routes: Route[] = [];
  app.decorateRequest('caller', null);
  app.addHook('onRoute', ({ method, url }) => {
    if (!doorOf(url) && !OPEN.test(url)) throw new Error(`the route ${url} stands behind no door (hub/http/doors.ts)`);
    for (const one of [method].flat()) routes.push({ method: one, url });
  });
  app.addHook('onRequest', async (request) => {
    const { url } = request.routeOptions;
    // Where no route is nothing is read either.
    if (url === undefined) {
      limiter.address(request);
      throw new HttpError(404, 'NotFound', `there is no ${request.method} here: see /docs`);
    }
    const ask = doorOf(url);
    if (!ask) {
      if (!PROBES.test(url)) limiter.address(request);
      return;
    }
    request.caller = await limiter.atDoor(request, () => ask(request));
    const { role, id } = request.caller;
    if (role === 'developer' || role === 'store') limiter.key(id);
  });
  return routes;
}

/** The Stores that a developer API key opens. Only the key's hash is known here. */
async function developer(hub: HubContext, request: FastifyRequest): Promise<Caller> {
  const hash = createHash('sha256').update(bearerToken(request)).digest('hex');
  const [first, ...others] = await findStoresByKeyHash(hub.db, hash);
  if (!first)
    throw unauthorized(
      "the developer API key is not known: read it from the Secret named in the Store's status.developerKey",
    );
  return { role: 'developer', id: `key/${first.id}`, stores: [first, ...others] };
}

async function pod({ declared }: HubContext, authenticator: Authenticator, request: FastifyRequest): Promise<Caller> {
  const identity = await authenticator.identify(bearerToken(request));
  if (identity?.role !== 'sync') throw unauthorized('the token is not that of a sync pod (audience supercargo-hub)');
  const { kind, namespace, name } = identity.connection;
  if (declared && !declared(identity.connection))
    throw new HttpError(
      409,
      'ConnectionUnknown',
      `there is no ${kind} ${namespace}/${name}, or it has not reached the hub yet: the pod tries again by itself`,
    );
  return { role: 'sync', id: `${kind}/${namespace}/${name}`, connection: identity.connection };
}

async function operator(authenticator: Authenticator, request: FastifyRequest): Promise<Caller> {
  const identity = await authenticator.identify(bearerToken(request));
  if (identity?.role !== 'operator') throw unauthorized('only the operator may do this');
  return { role: 'operator', id: 'operator' };
}

function hookDoor(hub: HubContext): Ask {
  let master: Promise<Buffer> | undefined;
  return async (request) => {
    const { connection, token } = request.params as { connection: string; token: string };
    master ??= webhookMasterKey(hub.db);
    master.catch(() => (master = undefined));
    const id = /^[1-9]\d{0,9}$/.test(connection) ? Number(connection) : undefined;
    if (id === undefined || !isHookToken(await master, id, token))
      throw new HttpError(404, 'NotFound', 'no connection takes webhooks here');
    return { role: 'store', id: `hook/${id}` };
  };
}
