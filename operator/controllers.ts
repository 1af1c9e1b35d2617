import type { Registry } from 'prom-client';
import { systemClock } from '../kit/clock.ts';
import { Breather } from '../kit/breather.ts';
import { Controller, type Reconcile } from '../kit/controller.ts';
import type { Informer } from '../kit/kube/informer.ts';
import type { Logger } from '../kit/log.ts';
import { MetricsFactory } from '../kit/metrics.ts';
import { connectionReconciler } from './connection/reconcile.ts';
import type { Context } from './context.ts';
import { credentialReconciler } from './credential/reconcile.ts';
import { driverReconciler } from './driver/reconcile.ts';
import { isClusterWide } from './env.ts';
import { feedReconciler } from './feed/reconcile.ts';
import { feedRunReconciler } from './feedrun/reconcile.ts';
import { licenseReconciler } from './license/reconcile.ts';
import type { AnyConnection } from './resources.ts';
import { rolloutReconciler } from './rollout/reconcile.ts';
import { storeReconciler } from './store/reconcile.ts';
import type { ControllerName, Enqueue } from './triggers.ts';

/**
 * One controller a kind, and one for the roll-out.
 * Cluster-scoped kinds are looked after by an installation for the whole cluster alone: two limited ones would quarrel.
 */
export function createControllers(
  context: Context,
  { registry, log }: { registry: Registry; log: Logger },
): Map<ControllerName, Controller> {
  const { informers, config } = context;
  const controllers = new Map<ControllerName, Controller>();
  const enqueue: Enqueue = (name, key, options) => controllers.get(name)?.enqueue(key, options);
  const metrics = new MetricsFactory(registry);
  const reconcilers: [ControllerName, Reconcile, number?][] = [
    ['connection', connectionReconciler(context, informers.connections), config.workers],
    ['feed', feedReconciler(context), config.workers],
    ['feedrun', feedRunReconciler(context)],
    ['store', storeReconciler(context)],
    ['credential', credentialReconciler(context)],
    // One at a time: it gives out turns.
    ['rollout', rolloutReconciler(context, enqueue), 1],
  ];
  if (isClusterWide(config)) {
    reconcilers.push(
      [
        'clusterconnection',
        connectionReconciler(context, informers.clusterConnections as unknown as Informer<AnyConnection>),
      ],
      ['driver', driverReconciler(context), 1],
      ['license', licenseReconciler(context), 1],
    );
  }
  const breather = new Breather();
  for (const [name, reconcile, workers = 2] of reconcilers)
    controllers.set(
      name,
      new Controller({
        name,
        reconcile,
        workers,
        metrics: metrics.forController(name),
        log,
        clock: systemClock,
        random: Math.random,
        breather,
      }),
    );
  return controllers;
}
