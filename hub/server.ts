import swagger from '@fastify/swagger';
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Authenticator } from './auth/identity.ts';
import type { HubContext } from './base/context.ts';
import { HttpError } from './base/errors.ts';
import { hookRoutes } from './inbound/hook-routes.ts';
import { HOOKS_PATH } from './base/hook-url.ts';
import { tlsOptions, type Certificate } from '../kit/net/certificate.ts';
import { partRegistry } from '../kit/part-registry.ts';
import { hubMetrics } from './metrics.ts';
import { admitPods } from './http/admission.ts';
import type { App } from './http/app.ts';
import { boundBodies, USUAL_BODY_BYTES } from './http/bodies.ts';
import { guardDoors, type Route } from './http/doors.ts';
import { FIGURES_FRESH_MS, observeRequests } from './http/observe.ts';
import { probeRoutes, probeServer } from './http/probes.ts';
import { documentProblems, problemOf } from './http/problem.ts';
import { refuseUnknownParameters } from './http/parameters.ts';
import { Limiter, takeTurns, DEFAULT_LIMITS, type Limits } from './http/limits.ts';
import { registerDocumentation } from './http/documentation.ts';
import { carrySafeHeaders } from './http/safe-headers.ts';
import { answerUnreadable, answerUnroutable } from './http/unreadable.ts';
import { catalogueRoutes } from './rest/catalogue.ts';
import { goLiveRoutes } from './rest/go-live.ts';
import { heldRoutes } from './rest/held.ts';
import { lifeLineRoutes } from './rest/life-line.ts';
import { creditRoutes } from './rest/credits.ts';
import { forgetRoutes } from './rest/forget.ts';
import { orderRoutes } from './rest/orders.ts';
import { priceRoutes } from './rest/prices.ts';
import type { Ended } from './retention/keeper.ts';
import { problemRoutes } from './rest/problems.ts';
import { runRoutes } from './rest/runs.ts';
import { shipmentRoutes } from './rest/shipments.ts';
import { stockRoutes } from './rest/stock.ts';
import { webhookRoutes } from './rest/webhooks.ts';
import type { Hints } from './runs/hints.ts';
import { purgeConnection } from './pods/purge.ts';
import { syncRoutes } from './pods/routes.ts';
import type { UnfitFor } from './storage/fitness.ts';

/** For a whole request to arrive; for a socket on which nothing moves (longer than the pods' long poll). */
const REQUEST_TIMEOUT_MS = 30_000;
/** Figures that read much are good so many times as long as the others: a minute. */
const SLOW_TIMES = 12;
const CONNECTION_TIMEOUT_MS = 120_000;
const KEEP_ALIVE_MS = 72_000;
/** Results of writes and problems of a run, with what the store said about each. */
const POD_BODY_BYTES = 8 * 1024 * 1024;

export interface ServerOptions {
  readonly hub: HubContext;
  readonly authenticator: Authenticator;
  readonly hints: Hints;
  readonly version: string;
  /** What is wrong with the database server though the hub runs on it. */
  readonly unfit: readonly UnfitFor[];
  /** False: it was restored under this hub, which is about to end. */
  readonly isSameDatabase: () => Promise<boolean>;
  readonly requestTimeoutMs?: number;
  /** How much one caller may ask; DEFAULT_LIMITS if absent. */
  readonly limits?: Limits;
  /** Addresses or networks whose X-Forwarded-For says who asks. */
  readonly trustedProxies?: readonly string[];
  /** Metrics and readiness are for `probes` alone, to listen on a port of its own. */
  readonly hasOwnProbes?: boolean;
  /** How long gathered figures are good for; five seconds if absent. */
  readonly figuresFreshMs?: number;
  /** What else this process has to say at /metrics. */
  readonly otherFigures?: () => Promise<string>;
  /** Present: it speaks https alone. */
  readonly certificate?: Certificate;
  /** Present: `probes` speak https alone. */
  readonly probesCertificate?: Certificate;
  /** What came to its end since the start. */
  readonly ended?: Ended;
}

export type HubServer = App & { readonly routes: readonly Route[]; readonly probes: FastifyInstance | undefined };

/**
 * The hub's HTTP face: /api/v1 for the back office, /sync/v1 for pods, /operator/v1, health, metrics, documentation.
 */
export async function buildServer({
  hub,
  authenticator,
  hints,
  version,
  unfit,
  isSameDatabase,
  requestTimeoutMs = REQUEST_TIMEOUT_MS,
  limits = DEFAULT_LIMITS,
  trustedProxies = [],
  hasOwnProbes = false,
  figuresFreshMs = FIGURES_FRESH_MS,
  otherFigures,
  certificate,
  probesCertificate,
  ended = new Map(),
}: ServerOptions): Promise<HubServer> {
  // Node.js takes the larger of the two times for the whole request.
  const times = { headersTimeout: requestTimeoutMs, connectionsCheckingInterval: Math.ceil(requestTimeoutMs / 6) };
  const app = Fastify({
    logger: false,
    bodyLimit: USUAL_BODY_BYTES,
    forceCloseConnections: true,
    // Whoever sends slowly, or nothing at all, is not waited for.
    requestTimeout: requestTimeoutMs,
    ...(certificate ? { https: { ...times, ...tlsOptions(certificate) } } : { http: times }),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    genReqId: hub.newId,
    routerOptions: { maxParamLength: 300 },
    // These never come to the error handler below.
    frameworkErrors: answerUnroutable,
    clientErrorHandler: answerUnreadable,
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  carrySafeHeaders(app);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  const registry = partRegistry('hub');
  observeRequests(app, registry);
  hubMetrics(registry, {
    ...{ db: hub.db, unfit, ended, declared: hub.declared, clock: hub.clock },
    slowFreshMs: SLOW_TIMES * figuresFreshMs,
  });
  const limiter = new Limiter(limits, hub.clock, registry);
  const routes = guardDoors(app, hub, authenticator, limiter);
  takeTurns(app, limiter);
  admitPods(app, hub.clock, registry);
  boundBodies(app);
  app.setErrorHandler<FastifyError | HttpError>((error, request, reply) => {
    const problem = problemOf(error);
    if (problem.status >= 500)
      hub.log.error(
        { err: error, method: request.method, route: request.routeOptions.url, requestId: request.id },
        'request failed',
      );
    if (error instanceof HttpError) reply.headers(error.headers);
    return reply.status(problem.status).type('application/problem+json').send(problem);
  });
  app.setNotFoundHandler((request, reply) =>
    reply
      .status(404)
      .type('application/problem+json')
      .send({
        type: 'NotFound',
        title: 'NotFound',
        status: 404,
        detail: `there is no ${request.method} here: see /docs`,
      }),
  );

  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Supercargo hub',
        version,
        description:
          'REST for warehouse systems and ERPs. Money is in minor units; lists page by keyset; every POST takes an Idempotency-Key.',
      },
      components: {
        securitySchemes: {
          developerKey: { type: 'http', scheme: 'bearer', description: 'Developer API key of the Store.' },
        },
      },
    },
    transform: jsonSchemaTransform,
  });
  await registerDocumentation(app);

  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  const own = { registry, clock: hub.clock, isSameDatabase, where: hub.db.where, unfit, figuresFreshMs, otherFigures };
  app.get('/healthz', { schema: { hide: true } }, () => ({ status: 'ok' }));
  const probes = hasOwnProbes ? probeServer({ ...own, certificate: probesCertificate }) : undefined;
  if (!probes) probeRoutes(app, own);
  else app.addHook('onClose', () => probes.close());
  await app.register(
    async (scope: App) => {
      scope.addHook('onRoute', documentProblems);
      refuseUnknownParameters(scope);
      for (const routes of [
        orderRoutes,
        forgetRoutes,
        creditRoutes,
        lifeLineRoutes,
        shipmentRoutes,
        stockRoutes,
        priceRoutes,
        catalogueRoutes,
        problemRoutes,
        webhookRoutes,
        heldRoutes,
        goLiveRoutes,
        runRoutes,
      ])
        routes(scope, hub);
    },
    { prefix: '/api/v1' },
  );
  await app.register(
    async (scope: App) => {
      scope.addHook('onRoute', (route) => {
        route.bodyLimit ??= POD_BODY_BYTES;
        route.schema = { ...route.schema, hide: true };
      });
      syncRoutes(scope, hub, hints);
    },
    { prefix: '/sync/v1' },
  );
  await app.register(async (scope: App) => hookRoutes(scope, hub), { prefix: HOOKS_PATH });
  await app.register(async (scope: App) => operatorRoutes(scope, hub), { prefix: '/operator/v1' });
  return Object.assign(app, { routes, probes });
}

function operatorRoutes(app: App, hub: HubContext): void {
  app.delete(
    '/connections/:kind/:namespace/:name',
    {
      schema: {
        hide: true,
        params: z.object({
          kind: z.enum(['Connection', 'ClusterConnection']),
          namespace: z.string().max(253),
          name: z.string().max(253),
        }),
        querystring: z.object({ policy: z.enum(['Retain', 'Delete']) }),
        response: { 200: z.object({ deleted: z.number() }) },
      },
    },
    (request) => purgeConnection(hub.db, request.params, request.query.policy),
  );
}
