import { EXIT, exitCodeOf, worstOf } from './exit-code.ts';
import { idOf } from './scope.ts';
import type { Viewed } from './status-view.ts';
import { waitFor, type Patience, type Verdict, type WaitDoors } from './waiting.ts';
import type { Target } from './target.ts';

/** One that was not done, and why. */
interface Missed {
  readonly id: string;
  readonly why: string;
}

/** What became of writes to many. */
export interface Written {
  readonly done: readonly Viewed[];
  readonly refused: readonly (Missed & { readonly code: number })[];
  /** Not tried, as the person ended it before. */
  readonly left: readonly Viewed[];
}

/**
 * Writes to one after another. A refusal of one is noted, and the others are written all the same; where one alone was
 * chosen it is thrown, as there is nothing to go on with.
 */
export async function writeEach(
  chosen: readonly Viewed[],
  write: (one: Viewed) => Promise<void>,
  signal?: AbortSignal,
): Promise<Written> {
  const done: Viewed[] = [];
  const refused: (Missed & { code: number })[] = [];
  for (const [at, one] of chosen.entries()) {
    if (signal?.aborted) return { done, refused, left: chosen.slice(at) };
    try {
      await write(one);
      done.push(one);
    } catch (error) {
      if (chosen.length === 1) throw error;
      refused.push({ id: nameOf(one), why: reasonOf(error), code: exitCodeOf(error) });
    }
  }
  return { done, refused, left: [] };
}

/** How what was asked is waited for, and what is said of one that came to its end. */
export interface Wait extends Patience {
  readonly judge: (now: Viewed | undefined) => Verdict;
}

/** Waits for what was written, sums all of it up, and gives the exit code of the worst. `word`: "enabled". */
export async function sumUp(
  target: Target,
  { done, refused, left }: Written,
  word: string,
  wait: Wait | undefined,
  doors: WaitDoors,
): Promise<number> {
  const waited = wait && (await waitFor(target, done, wait.judge, wait, doors));
  const unwell: Missed[] = [...(waited?.unwell ?? [])].map(([one, why]) => ({ id: nameOf(one), why }));
  if (done.length + refused.length + left.length > 1) {
    const counts = [
      `${done.length - unwell.length} ${word}`,
      ...(unwell.length > 0 ? [`${unwell.length} not well`] : []),
      ...(refused.length > 0 ? [`${refused.length} refused`] : []),
      ...(left.length > 0 ? [`${left.length} not asked, as it was ended before`] : []),
    ];
    const missed: readonly Missed[] = [...unwell, ...refused];
    doors.say(`${counts.join(', ')}${missed.length > 0 ? ':' : ''}`);
    for (const { id, why } of missed) doors.say(`  ${id}: ${why}`);
  }
  return worstOf([
    ...refused.map(({ code }) => code),
    ...(waited?.interrupted || left.length > 0 ? [EXIT.interrupted] : []),
    ...(unwell.length > 0 ? [EXIT.notWell] : []),
  ]);
}

const nameOf = (one: Viewed): string => `${one.kind} ${idOf(one)}`;

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
