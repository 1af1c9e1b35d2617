import swagger from '@fastify/swagger';
import Fastify, { type FastifyError, type RouteOptions } from 'fastify';
import {
  hasZodFastifySchemaValidationErrors,
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import { z } from 'zod';
import type { Authenticator } from './auth/identity.ts';
import type { HubContext } from './base/context.ts';
import { HttpError } from './base/errors.ts';
import { hookRoutes } from './inbound/hook-routes.ts';
import { HOOKS_PATH } from './base/hook-url.ts';
import { hubMetrics } from './metrics.ts';
import type { App } from './http/app.ts';
import { boundBodies, USUAL_BODY_BYTES } from './http/bodies.ts';
import { guardDoors, type Route } from './http/doors.ts';
import { registerDocumentation } from './http/documentation.ts';
import { safeHeaders } from './http/safe-headers.ts';
import { catalogueRoutes } from './rest/catalogue.ts';
import { goLiveRoutes } from './rest/go-live.ts';
import { heldRoutes } from './rest/held.ts';
import { lifeLineRoutes } from './rest/life-line.ts';
import { creditRoutes } from './rest/credits.ts';
import { orderRoutes } from './rest/orders.ts';
import { priceRoutes } from './rest/prices.ts';
import { problemRoutes } from './rest/problems.ts';
import { runRoutes } from './rest/runs.ts';
import { shipmentRoutes } from './rest/shipments.ts';
import { stockRoutes } from './rest/stock.ts';
import { webhookRoutes } from './rest/webhooks.ts';
import type { HintBoard } from './runs/hints.ts';
import { purgeConnection } from './pods/purge.ts';
import { syncRoutes } from './pods/routes.ts';
import { databaseProblem } from './storage/database-problem.ts';
import type { UnfitFor } from './storage/fitness.ts';

/** For a whole request to arrive; for a socket on which nothing moves (longer than the pods' long poll). */
const REQUEST_TIMEOUT_MS = 30_000;
const CONNECTION_TIMEOUT_MS = 120_000;
const KEEP_ALIVE_MS = 72_000;
/** Results of writes and problems of a run, with what the store said about each. */
const POD_BODY_BYTES = 8 * 1024 * 1024;
/** Of what is wrong with a request as much as people read. */
const MAX_ISSUES = 20;

export interface ServerOptions {
  readonly hub: HubContext;
  readonly authenticator: Authenticator;
  readonly hints: HintBoard;
  readonly version: string;
  /** What is wrong with the database server though the hub runs on it. */
  readonly unfit: readonly UnfitFor[];
  /** False: it was restored under this hub, which is about to end. */
  readonly isSameDatabase: () => Promise<boolean>;
  readonly requestTimeoutMs?: number;
}

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
}: ServerOptions): Promise<App & { readonly routes: readonly Route[] }> {
  const app = Fastify({
    logger: false,
    bodyLimit: USUAL_BODY_BYTES,
    forceCloseConnections: true,
    // Whoever sends slowly, or nothing at all, is not waited for.
    requestTimeout: requestTimeoutMs,
    // Node.js takes the larger of the two times for the whole request.
    http: { headersTimeout: requestTimeoutMs, connectionsCheckingInterval: Math.ceil(requestTimeoutMs / 6) },
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    genReqId: hub.newId,
    routerOptions: { maxParamLength: 300 },
    // A URL that no route can take comes here and never to the error handler below.
    frameworkErrors: (error, request, { raw }) => {
      raw
        .writeHead(error.statusCode ?? 400, { 'content-type': 'application/problem+json', 'x-request-id': request.id })
        .end(JSON.stringify(problemOf(error)));
    },
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id).headers(safeHeaders(request.url));
  });
  const routes = guardDoors(app, hub, authenticator);
  boundBodies(app);
  app.setErrorHandler<FastifyError | HttpError>((error, request, reply) => {
    const problem = problemOf(error);
    if (problem.status >= 500)
      hub.log.error(
        { err: error, method: request.method, route: request.routeOptions.url, requestId: request.id },
        'request failed',
      );
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

  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  observeRequests(app, registry);
  hubMetrics(registry, hub.db, unfit);
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
  app.get('/healthz', { schema: { hide: true } }, () => ({ status: 'ok' }));
  app.get('/readyz', { schema: { hide: true } }, async () => {
    if (!(await isSameDatabase()))
      throw new HttpError(
        503,
        'DatabaseRestored',
        'the database was restored from a backup: this hub ends and starts anew within seconds. The request may be repeated',
      );
    return {
      status: 'ok',
      database: hub.db.where,
      ...(unfit.length > 0 ? { warnings: unfit.map(({ reason, message }) => ({ reason, message })) } : {}),
    };
  });
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
  await app.register(
    async (scope: App) => {
      scope.addHook('onRoute', documentProblems);
      for (const routes of [
        orderRoutes,
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
  return Object.assign(app, { routes });
}

const problemDocument = {
  description: 'A problem document (RFC 9457).',
  content: {
    'application/problem+json': {
      schema: z.object({
        type: z.string().meta({ description: 'Stable word.' }),
        title: z.string(),
        status: z.number(),
        detail: z.string().meta({ description: 'What is wrong and what to do.' }),
      }),
    },
  },
};

/** Every route of the back office may answer with one. */
function documentProblems(route: RouteOptions): void {
  route.schema = {
    ...route.schema,
    response: { ...(route.schema?.response as object | undefined), '4xx': problemDocument, '5xx': problemDocument },
  };
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

/** Every error leaves as a problem document without a stack or a row's content. */
function problemOf(error: FastifyError | HttpError): { type: string; title: string; status: number; detail: string } {
  if (error instanceof HttpError)
    return { type: error.reason, title: error.reason, status: error.status, detail: error.message };
  if (hasZodFastifySchemaValidationErrors(error)) {
    const issues = error.validation
      .slice(0, MAX_ISSUES)
      .map(
        (issue) =>
          `${error.validationContext ?? 'request'}${issue.instancePath.replaceAll('/', '.')}: ${issue.message ?? 'not as expected'}`,
      );
    const more = error.validation.length - issues.length;
    const detail = [...issues, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
    return { type: 'InvalidRequest', title: 'InvalidRequest', status: 400, detail };
  }
  const unavailable = databaseProblem(error);
  if (unavailable)
    return { type: 'DatabaseUnavailable', title: 'DatabaseUnavailable', status: 503, detail: unavailable };
  const status = error.statusCode ?? 500;
  if (status < 500)
    return { type: error.code ?? 'BadRequest', title: error.code ?? 'BadRequest', status, detail: error.message };
  return {
    type: 'InternalError',
    title: 'InternalError',
    status: 500,
    detail: 'the hub failed to answer: its log has the reason; the request may be repeated',
  };
}

function observeRequests(app: App, registry: Registry): void {
  const total = new Counter({
    name: 'supercargo_hub_requests_total',
    help: 'Requests by route and status.',
    labelNames: ['method', 'route', 'code'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'supercargo_hub_request_duration_seconds',
    help: 'Time to answer.',
    labelNames: ['route'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 30],
    registers: [registry],
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    total.inc({ method: request.method, route, code: reply.statusCode });
    if (!route.endsWith('/hints')) seconds.observe({ route }, reply.elapsedTime / 1000);
  });
}
