import Fastify, { type FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { Clock } from '../../kit/clock.ts';
import { NO_CERTIFICATE } from '../../kit/health.ts';
import { mayEnter, tlsOptions, type Certificate } from '../../kit/net/certificate.ts';
import { HttpError } from '../base/errors.ts';
import type { UnfitFor } from '../storage/fitness.ts';
import { figures } from './observe.ts';
import { problemOf } from './problem.ts';
import { carrySafeHeaders } from './safe-headers.ts';
import { answerUnreadable, answerUnroutable } from './unreadable.ts';

export interface ProbeOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly isSameDatabase: () => Promise<boolean>;
  readonly where: string;
  readonly unfit: readonly UnfitFor[];
  /** How long figures are good for. */
  readonly figuresFreshMs: number;
  /** Figures of others in this process, of other families. */
  readonly otherFigures?: (() => Promise<string>) | undefined;
  /** Of the port of their own; absent: it speaks http. */
  readonly certificate?: Certificate | undefined;
}

/** What a cluster asks a hub without a key. The figures name every Store's connections. */
export function probeRoutes(
  app: FastifyInstance,
  { registry, clock, isSameDatabase, where, unfit, figuresFreshMs, otherFigures, certificate }: ProbeOptions,
): void {
  const all = async () => `${await registry.metrics()}${(await otherFigures?.()) ?? ''}`;
  const metrics = figures(all, clock, figuresFreshMs);
  app.get('/readyz', { schema: { hide: true } }, async () => {
    if (!(await isSameDatabase()))
      throw new HttpError(
        503,
        'DatabaseRestored',
        'the database was restored from a backup: this hub ends and starts anew within seconds. The request may be repeated',
      );
    return {
      status: 'ok',
      database: where,
      ...(unfit.length > 0 ? { warnings: unfit.map(({ reason, message }) => ({ reason, message })) } : {}),
    };
  });
  app.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    if (!mayEnter(request.raw.socket, certificate)) throw new HttpError(403, 'CertificateMissing', NO_CERTIFICATE);
    return reply.type(registry.contentType).send(await metrics());
  });
}

/** The same on a port of its own, which neither an ingress nor the pods of connections need to reach. */
export function probeServer(options: ProbeOptions): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: 1,
    forceCloseConnections: true,
    requestTimeout: 10_000,
    ...(options.certificate ? { https: tlsOptions(options.certificate) } : {}),
    frameworkErrors: answerUnroutable,
    clientErrorHandler: answerUnreadable,
  });
  carrySafeHeaders(app);
  app.setErrorHandler<HttpError>((error, _request, reply) => {
    const problem = problemOf(error);
    return reply.status(problem.status).type('application/problem+json').send(problem);
  });
  app.setNotFoundHandler(() => {
    throw new HttpError(404, 'NotFound', 'there is nothing here but /healthz, /readyz and /metrics');
  });
  app.get('/healthz', () => ({ status: 'ok' }));
  probeRoutes(app, options);
  return app;
}
