import type { FeedStatus } from '../../crds/index.ts';

type Problems = NonNullable<FeedStatus['recentProblems']>;

/** A Warning about a feed. */
export interface ProblemEvent {
  readonly reason: string;
  readonly message: string;
}

/**
 * What is to be told of a feed's problems, given those that its status showed and those that it shows now: one Event a
 * reason for problems that a person must act on (severity Error) and that are new, which is newer than all shown
 * before: an old one that moves up into the last few when another is resolved is no news. Pure. What comes again and
 * again is held back by the recorder (kit/events.ts).
 */
export function problemEvents(before: Problems, now: Problems, open: number): ProblemEvent[] {
  const shown = Math.max(0, ...before.map(({ at }) => Date.parse(at)));
  const news = now.filter(
    ({ severity, reason, record, at }) =>
      severity === 'Error' &&
      Date.parse(at) >= shown &&
      !before.some((old) => old.reason === reason && old.record === record),
  );
  return [...Map.groupBy(news, ({ reason }) => reason)].map(([reason, [first]]) => ({
    reason,
    message: first!.message + (open > 1 ? ` (${open} problems of severity Error are open: supercargo errors)` : ''),
  }));
}
