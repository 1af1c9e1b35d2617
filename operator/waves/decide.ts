import { amountOf, type RolloutLimits } from './limit.ts';

/** A Deployment that runs a pod, as a roll-out sees it. */
export interface Member {
  readonly id: string;
  /** What its pod was made of; absent: an earlier release made it. */
  readonly revision: string | undefined;
  /** The revision that it waits for; absent: it has what it wants. */
  readonly wants?: string;
  /** It was let through to that, and has not been seen with it yet. */
  readonly granted: boolean;
  readonly ready: boolean;
  /** It is not Ready, and the wave that brought it its revision is to blame. */
  readonly broken: boolean;
  /** It has been so for longer than a pod may take to start. */
  readonly late: boolean;
}

/** What is to happen in a roll-out now. */
export interface Plan {
  /** Let through now, in this order. */
  readonly go: readonly Member[];
  /** Not let through yet. */
  readonly waiting: number;
  /** Let through and not Ready yet. */
  readonly rolling: number;
  /** Those for which others are not let through; empty: it is not stopped. */
  readonly stoppedBy: readonly Member[];
}

/**
 * Who may roll now. A revision goes first to a few; once these are Ready, to as many at a time as may be not Ready at
 * once; and to nobody more while one of them is late. What an earlier wave broke has nothing to lose and goes at once.
 * Pure: the same members give the same plan, in whatever order they come.
 */
export function planRollout(members: readonly Member[], limits: RolloutLimits): Plan {
  const batch = amountOf(limits.maxUnavailable, members.length);
  const first = Math.min(amountOf(limits.first, members.length), batch);
  const waiting = members.filter(({ wants, granted }) => wants !== undefined && !granted);
  const go = waiting.filter(({ broken }) => broken);
  const revisions = new Map(
    [...new Set(members.flatMap(({ wants }) => wants ?? []))].map((revision) => [
      revision,
      standing(members, revision),
    ]),
  );
  for (const { wants } of go) revisions.get(wants!)!.busy += 1;
  let busy = [...revisions.values()].reduce((sum, one) => sum + one.busy, 0);
  for (const member of waiting.filter(({ broken }) => !broken).sort(byTurn)) {
    if (busy >= batch) break;
    const one = revisions.get(member.wants!)!;
    const inFirstWave = one.proven < first;
    if (one.late.length > 0 || (inFirstWave && one.proven + one.busy >= first)) continue;
    go.push(member);
    one.busy += 1;
    busy += 1;
  }
  const held = new Set(waiting.filter((member) => !go.includes(member)).map(({ wants }) => wants));
  return {
    go,
    waiting: waiting.length - go.length,
    rolling: busy,
    stoppedBy: [...revisions].flatMap(([revision, { late }]) => (held.has(revision) ? late : [])),
  };
}

interface Standing {
  /** Ready with this revision. */
  readonly proven: number;
  readonly late: readonly Member[];
  /** Under way to it, or not Ready with it. */
  busy: number;
}

function standing(members: readonly Member[], revision: string): Standing {
  const there = members.filter((member) => member.wants === undefined && member.revision === revision);
  const underWay = members.filter(({ wants, granted }) => granted && wants === revision);
  const broken = there.filter((member) => member.broken);
  return {
    proven: there.filter(({ ready }) => ready).length,
    late: broken.filter(({ late }) => late),
    busy: broken.length + underWay.length,
  };
}

/** Those that run come first: what does not run shows nothing of a release. */
function byTurn(a: Member, b: Member): number {
  return Number(b.ready) - Number(a.ready) || (a.id < b.id ? -1 : 1);
}
