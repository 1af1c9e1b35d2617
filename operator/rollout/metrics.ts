import type { Clock } from '../../kit/clock.ts';
import type { Family } from '../../kit/exposition.ts';
import type { Caches } from '../caches.ts';
import type { RolloutBook } from '../waves/book.ts';
import { planRollout, type Plan } from '../waves/decide.ts';
import { gatherRollout } from './gather.ts';
import type { RolloutLimits } from '../waves/limit.ts';

/** How a roll-out stands, worked out when Prometheus asks. */
export function rolloutMetrics(
  caches: Caches,
  book: RolloutBook,
  { rollout: limits, installation }: { readonly rollout: RolloutLimits; readonly installation: string },
  clock: Clock,
): Family[] {
  const plan = () => planRollout(gatherRollout(caches, { book, installation, now: clock.now() }).members, limits);
  const family = (name: string, help: string, read: (plan: Plan) => number): Family => ({
    name: `supercargo_operator_rollout_${name}`,
    help,
    labels: [],
    // Mostly nobody waits, and then no Deployment is looked at.
    samples: () => [[[], book.size === 0 ? 0 : read(plan())]],
  });
  return [
    family(
      'waiting',
      "Connections whose sync pod waits for its turn to get the installation's image and settings.",
      ({ waiting, go }) => waiting + go.length,
    ),
    family(
      'rolling',
      'Connections whose sync pod got its turn in a roll-out and is not Ready yet.',
      ({ rolling, go }) => rolling - go.length,
    ),
    family(
      'stopped',
      'Connections whose sync pod did not become Ready after its turn, for which the others wait. 0: it is not stopped.',
      ({ stoppedBy }) => stoppedBy.length,
    ),
  ];
}
