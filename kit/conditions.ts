/** A condition of the Kubernetes API conventions. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

/** A condition as a decision gives it: when it changed is for `mergeConditions` to find out. */
export type ConditionValue = Pick<Condition, 'status' | 'reason' | 'message'>;

/** The condition of this type, if it is there. */
export function findCondition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** True only when the condition is there and True: absent and Unknown are not. */
export function isTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.status === 'True';
}

/** Times in status have whole seconds, as metav1.Time. */
export function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/**
 * Conditions for a status apply: `lastTransitionTime` moves only when the status changes, so that an unchanged decision
 * gives an unchanged object and no write. A type that has no finding is left out, which removes it from the object.
 */
export function mergeConditions(
  before: readonly Condition[] | undefined,
  findings: Readonly<Record<string, ConditionValue | undefined>>,
  at: { readonly now: Date; readonly generation: number | undefined },
): Condition[] {
  return Object.entries(findings).flatMap(([type, finding]) => {
    if (!finding) return [];
    const old = findCondition(before, type);
    const lastTransitionTime = old?.status === finding.status ? old.lastTransitionTime : timestamp(at.now);
    return [
      {
        type,
        status: finding.status,
        reason: finding.reason,
        message: finding.message,
        lastTransitionTime,
        ...(at.generation === undefined ? {} : { observedGeneration: at.generation }),
      },
    ];
  });
}

/** kstatus: at most one of them may be true, and a resource that is none of them has been put to rest on purpose. */
export type Settlement =
  | { readonly state: 'Ready'; readonly finding: Omit<ConditionValue, 'status'> }
  /** Something is under way or will be tried again by itself. */
  | { readonly state: 'Reconciling'; readonly finding: Omit<ConditionValue, 'status'> }
  /** Nothing will happen until a person changes something. */
  | { readonly state: 'Stalled'; readonly finding: Omit<ConditionValue, 'status'> }
  /** Put to rest by wish: there is nothing to wait for and nothing to mend. */
  | { readonly state: 'Resting'; readonly finding: Omit<ConditionValue, 'status'> };

/**
 * Ready, Reconciling, Stalled and Suspended that say one and the same thing. What rests by wish is as it was asked to
 * be: Ready=True, or whoever waits for kstatus (Flux, Helm) waits for ever; Suspended=True tells it from what runs.
 */
export function settlementConditions({
  state,
  finding,
}: Settlement): Readonly<Record<'Ready' | 'Reconciling' | 'Stalled' | 'Suspended', ConditionValue | undefined>> {
  return {
    Ready: { ...finding, status: state === 'Ready' || state === 'Resting' ? 'True' : 'False' },
    Reconciling: state === 'Reconciling' ? { ...finding, status: 'True' } : undefined,
    Stalled: state === 'Stalled' ? { ...finding, status: 'True' } : undefined,
    Suspended: state === 'Resting' ? { ...finding, status: 'True' } : undefined,
  };
}

/**
 * `status.observedGeneration` moves only when the resource has settled: a waiting `kubectl wait` must not pass too
 * early.
 */
export function settledGeneration(
  settlement: Settlement,
  generation: number | undefined,
  before: number | undefined,
): number | undefined {
  return settlement.state === 'Reconciling' ? before : generation;
}
