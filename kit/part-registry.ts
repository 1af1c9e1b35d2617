import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** The processes that serve metrics. */
export const PARTS = ['operator', 'hub', 'sync'] as const;
export type Part = (typeof PARTS)[number];

/** Gauges under a counter's name: Prometheus' own linter refuses them. Others under `nodejs_active_*` say the same. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/**
 * The registry of a process: what Node.js says of itself, and that this part is there. Alerts look for the latter, as
 * what has gone leaves no series that could be wrong.
 */
export function partRegistry(part: Part): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  new Gauge({
    name: 'supercargo_part_info',
    help: 'Always 1: this part (operator, hub, sync) runs.',
    labelNames: ['part'],
    registers: [registry],
  }).set({ part }, 1);
  return registry;
}
