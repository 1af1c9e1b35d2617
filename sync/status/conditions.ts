import type { Condition } from '../../crds/index.ts';

export interface Finding {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

/** The findings as conditions; `lastTransitionTime` moves only when a status does (Kubernetes API conventions). Pure. */
export function conditionsOf(findings: Readonly<Record<string, Finding>>, before: readonly Condition[] | undefined, now: Date, observedGeneration: number | undefined): Condition[] {
  return Object.entries(findings).map(([type, finding]) => {
    const old = before?.find((condition) => condition.type === type);
    const lastTransitionTime = old?.status === finding.status ? old.lastTransitionTime : isoSeconds(now);
    return { type, ...finding, lastTransitionTime, ...(observedGeneration === undefined ? {} : { observedGeneration }) };
  });
}

/** Kubernetes writes times without fractions. */
export function isoSeconds(at: Date): string {
  return at.toISOString().replace(/\.\d+Z$/, 'Z');
}
