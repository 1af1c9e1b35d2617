import type { ConnectionStatus } from '../../crds/index.ts';
import { timestamp, type Finding } from '../../kit/conditions.ts';
import type { BudgetView } from '../budget/budget.ts';

/** Shorter waits are everyday and not worth a write. */
const WORTH_TELLING_MS = 5000;

type Conditions = ConnectionStatus['conditions'];

/**
 * The rule, and while the store holds us back until when. Numbers that move with each call are metrics, not status.
 * Pure.
 */
export function budgetStatus(view: BudgetView | undefined, now: Date): ConnectionStatus['budget'] {
  if (!view?.rule) return undefined;
  const until = pause(view, now);
  return {
    perSecond: Math.round(view.rule.perSecond * 100) / 100,
    burst: view.rule.burst,
    ...(until ? { throttledUntil: timestamp(until), forecast: forecast(view) } : {}),
  };
}

/** `Throttled` appears when the store first holds us back, and says so no longer when it does not. Pure. */
export function throttled(view: BudgetView | undefined, before: Conditions, now: Date): { Throttled?: Finding } {
  const until = view && pause(view, now);
  if (view && until)
    return {
      Throttled: {
        status: 'True',
        reason: 'RateLimited',
        message: `the store asked to wait: the next call goes at ${timestamp(until)}, orders first`,
      },
    };
  if (!before?.some(({ type }) => type === 'Throttled')) return {};
  return {
    Throttled: { status: 'False', reason: 'WithinBudget', message: "the store's rate limit holds nothing back" },
  };
}

function pause(view: BudgetView, now: Date): Date | undefined {
  return view.pausedUntil && view.pausedUntil.getTime() - now.getTime() >= WORTH_TELLING_MS
    ? view.pausedUntil
    : undefined;
}

function forecast(view: BudgetView): string {
  const waiting = Object.entries(view.waiting)
    .filter(([, count]) => count > 0)
    .map(([feedClass, count]) => `${count} of ${feedClass}`);
  return waiting.length === 0
    ? 'no call waits'
    : `${waiting.join(', ')} wait; sent in about ${Math.ceil(view.forecastMs / 1000)} s`;
}
