import type { ConnectionStatus } from '../../crds/index.ts';
import { timestamp, type ConditionValue } from '../../kit/conditions.ts';
import { longestPause, waitingCalls, type BudgetView } from '../budget/budget.ts';

/** Shorter waits are everyday and not worth a write. */
const WORTH_TELLING_MS = 5000;

type Conditions = ConnectionStatus['conditions'];

/**
 * The rule, and while the store holds us back until when. Numbers that move with each call are metrics, not status.
 * Pure.
 */
export function budgetStatus(view: BudgetView | undefined, now: Date): ConnectionStatus['budget'] {
  const buckets = Object.entries(view?.buckets ?? {}).flatMap(([name, { rule }]) =>
    rule ? [{ name, perSecond: rounded(rule.perSecond), burst: Math.floor(rule.burst) }] : [],
  );
  if (!view || (!view.rule && buckets.length === 0)) return undefined;
  const until = pause(view, now);
  return {
    ...(view.rule ? { perSecond: rounded(view.rule.perSecond), burst: Math.floor(view.rule.burst) } : {}),
    ...(buckets.length > 0 ? { buckets } : {}),
    ...(until ? { throttledUntil: timestamp(until), forecast: forecast(view) } : {}),
  };
}

/** `Throttled` appears when the store first holds us back, and says so no longer when it does not. Pure. */
export function throttled(view: BudgetView | undefined, before: Conditions, now: Date): { Throttled?: ConditionValue } {
  const until = view && pause(view, now);
  if (view && until)
    return {
      Throttled: {
        status: 'True',
        reason: 'RateLimited',
        message: `the store asked to wait${bucketOf(view)}: the next call goes at ${timestamp(until)}, orders first`,
      },
    };
  if (!before?.some(({ type }) => type === 'Throttled')) return {};
  return {
    Throttled: { status: 'False', reason: 'WithinBudget', message: "the store's rate limit holds nothing back" },
  };
}

function pause(view: BudgetView, now: Date): Date | undefined {
  const until = longestPause(view)?.until;
  return until && until.getTime() - now.getTime() >= WORTH_TELLING_MS ? until : undefined;
}

function bucketOf(view: BudgetView): string {
  const bucket = longestPause(view)?.bucket;
  return bucket === undefined ? '' : ` (calls of ${bucket})`;
}

/** Some are a few calls an hour: two figures that say something. */
const rounded = (perSecond: number): string =>
  String(perSecond < 1 ? Number(perSecond.toPrecision(2)) : Math.round(perSecond * 100) / 100);

function forecast(view: BudgetView): string {
  const forecastMs = Math.max(view.forecastMs, ...Object.values(view.buckets).map((bucket) => bucket.forecastMs));
  const waiting = Object.entries(waitingCalls(view))
    .filter(([, count]) => count > 0)
    .map(([feedClass, count]) => `${count} of ${feedClass}`);
  return waiting.length === 0
    ? 'no call waits'
    : `${waiting.join(', ')} wait; sent in about ${Math.ceil(forecastMs / 1000)} s`;
}
