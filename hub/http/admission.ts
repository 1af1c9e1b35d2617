import type { FastifyInstance, FastifyReply } from 'fastify';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Clock } from '../../kit/clock.ts';
import { FEED_CLASSES, type FeedClass } from '../../model/feeds.ts';
import { CLASS_HEADER, SYNC_API } from '../../model/sync-api.ts';
import { HttpError } from '../base/errors.ts';
import { PodQueue } from './pod-queue.ts';
import { whenGone } from './gone.ts';

/**
 * They wait on purpose (for a hint, for a Connection that the hub is about to hear of), or keep a lease: a run must not
 * lose it because the hub has much to do.
 */
const FREE = /\/(hints|heartbeat|session)$/;
/** Of those at once: a pod has one poll, a session, and a lease for each of its feeds that run. */
const MOST_FREE_OF_ONE = 16;
const AGAIN_AFTER_S = 5;

/** Requests of pods wait for their turn, before their body is read. */
export function admitPods(app: FastifyInstance, clock: Clock, registry: Registry): void {
  const now = () => clock.monotonic?.() ?? clock.now().getTime();
  const queue = new PodQueue(now);
  const metrics = queueMetrics(queue, registry);
  const free = new Map<string, number>();
  /** What does not wait for its turn is bounded all the same: a token in strange hands must not take all sessions. */
  const letThrough = (owner: string, reply: FastifyReply) => {
    const underWay = free.get(owner) ?? 0;
    if (underWay >= MOST_FREE_OF_ONE) throw busy();
    free.set(owner, underWay + 1);
    reply.raw.once('close', () => {
      const left = free.get(owner)! - 1;
      if (left > 0) free.set(owner, left);
      else free.delete(owner);
    });
  };
  app.addHook('onRequest', async (request, reply) => {
    const { url } = request.routeOptions;
    if (request.caller?.role !== 'sync' || url === undefined || !url.startsWith(SYNC_API)) return;
    if (FREE.test(url)) return letThrough(request.caller.id, reply);
    const of = classOf(request.headers[CLASS_HEADER]);
    const gone = whenGone(reply);
    const began = now();
    const end = await queue.take(request.caller.id, of, gone);
    metrics.waited.observe({ class: of }, (now() - began) / 1000);
    if (!end) {
      metrics.refused.inc({ class: of });
      throw busy();
    }
    reply.raw.once('close', end);
    if (gone.aborted) end();
  });
}

const busy = (): HttpError =>
  new HttpError(503, 'HubBusy', 'the hub has more to do than it can: nothing was done, the pod tries again by itself', {
    'retry-after': String(AGAIN_AFTER_S),
  });

/** Pods of another release say nothing, or what this one does not know. */
function classOf(said: string | string[] | undefined): FeedClass {
  return FEED_CLASSES.find((one) => one === said) ?? FEED_CLASSES[0];
}

/** What a replica tells of its queue, and what is noted of each request that was in it. */
export function queueMetrics(queue: PodQueue, registry: Registry) {
  const registers = [registry];
  new Gauge({
    name: 'supercargo_hub_pod_requests_waiting',
    help: 'Requests of sync pods that wait for their turn, by class (orders, shipments, stock, catalogue).',
    labelNames: ['class'],
    registers,
    collect() {
      for (const one of FEED_CLASSES) this.set({ class: one }, queue.view.waiting[one]);
    },
  });
  new Gauge({
    name: 'supercargo_hub_pod_requests_active',
    help: 'Requests of sync pods that this replica works on; seven are the most.',
    registers,
    collect() {
      this.set(queue.view.underWay);
    },
  });
  return {
    waited: new Histogram({
      name: 'supercargo_hub_pod_request_wait_seconds',
      help: 'How long requests of sync pods waited for their turn.',
      labelNames: ['class'],
      buckets: [0.01, 0.1, 0.5, 2, 5, 10, 20, 40],
      registers,
    }),
    refused: new Counter({
      name: 'supercargo_hub_pod_requests_refused_total',
      help: 'Requests of sync pods that were sent away, with nothing done, because they would have waited too long.',
      labelNames: ['class'],
      registers,
    }),
  };
}
