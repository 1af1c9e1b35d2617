import { timestamp, type ConditionValue } from '../../kit/conditions.ts';

/** What decides whether a connection without a seat stops. */
export interface Standing {
  /** Whether this installation lets only Stores with a seat run. */
  readonly required: boolean;
  /** Its pod runs, or was asked for. */
  readonly runs: boolean;
  /** `status.licenseGraceUntil`: it has been told that it stops then. */
  readonly until: string | undefined;
  readonly graceMs: number;
  readonly now: Date;
}

/** The condition Licensed as it stands, whether it keeps the connection from running, and until when it does not. */
export interface Verdict {
  readonly finding: ConditionValue;
  readonly mayRun: boolean;
  readonly until?: string;
}

/**
 * Where no License is required, one that is missing is told and stops nothing: so whoever is about to require them sees
 * who would stop. Where one is required, whoever runs has a grace period first: a License that was mistyped, or taken
 * away by a tool, must not stop a shop at once. An ended License has had its own (`spec.gracePeriod`). Pure.
 */
export function standingOf(finding: ConditionValue, { required, runs, until, graceMs, now }: Standing): Verdict {
  if (finding.status === 'True') return { finding, mayRun: true };
  if (!required)
    return {
      finding: {
        ...finding,
        message: `${finding.message}. It runs all the same: this installation requires no License`,
      },
      mayRun: true,
    };
  const end =
    until ?? (runs && finding.reason !== 'Expired' ? timestamp(new Date(now.getTime() + graceMs)) : undefined);
  // The end is kept once it is over: a pod that is still there would otherwise begin another.
  if (end === undefined || now.getTime() >= Date.parse(end))
    return { finding, mayRun: false, ...(until ? { until } : {}) };
  return {
    finding: {
      status: 'True',
      reason: 'GracePeriod',
      message: `it runs on until ${end} without a seat: ${finding.message}`,
    },
    mayRun: true,
    until: end,
  };
}
