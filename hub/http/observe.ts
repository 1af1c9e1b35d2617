import type { FastifyInstance } from 'fastify';
import { Counter, Histogram, type Registry } from 'prom-client';
import type { Clock } from '../../kit/clock.ts';

/** Counts requests, and how long answers take. */
export function observeRequests(app: FastifyInstance, registry: Registry): void {
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

/** How long figures are good for: each gathering asks the database a dozen questions, and anybody may ask for them. */
export const FIGURES_FRESH_MS = 5000;

/** Figures, gathered at most once in so long, however many ask. */
export function figures(gather: () => Promise<string>, clock: Clock, freshMs: number): () => Promise<string> {
  let last: { readonly at: number; readonly text: Promise<string> } | undefined;
  return () => {
    const now = clock.now().getTime();
    if (last && now >= last.at && now - last.at < freshMs) return last.text;
    const text = gather();
    last = { at: now, text };
    text.catch(() => (last = undefined));
    return text;
  };
}
