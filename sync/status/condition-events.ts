import { SUMMED_UP_CONDITIONS } from '../../crds/names.ts';
import { findCondition, type Condition } from '../../kit/conditions.ts';

export interface ConditionEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/**
 * What is to be told of a connection's conditions: each whose status turned, and a credential that ends soon. Until a
 * store holds back for the first time there is no `Throttled`.
 *
 * @param readyIsTold whether an operator tells of Ready: what it sums up there is left to it, so that one fault is one
 *   Event.
 */
export function conditionEvents(
  before: readonly Condition[] | undefined,
  after: readonly Condition[] = [],
  readyIsTold: boolean,
): ConditionEvent[] {
  return after.flatMap((condition) => {
    const old = findCondition(before, condition.type);
    const expires = condition.reason === 'ExpiresSoon' && old?.reason !== 'ExpiresSoon';
    const was = old?.status ?? (before && condition.type === 'Throttled' ? 'False' : undefined);
    const turned = was !== undefined && was !== condition.status && condition.status !== 'Unknown';
    if (!expires && (!turned || (readyIsTold && isSummedUp(condition)))) return [];
    const good = condition.status === (condition.type === 'Throttled' ? 'False' : 'True') && !expires;
    const { type, reason, message } = condition;
    return [{ type: good ? 'Normal' : 'Warning', reason, message: `${type}: ${message}` } as const];
  });
}

const isSummedUp = ({ type }: Condition) => SUMMED_UP_CONDITIONS.some((one) => one === type);
