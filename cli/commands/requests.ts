import { ANNOTATIONS } from '../../crds/index.ts';
import { EXPORT_TYPES } from '../../model/feeds.ts';
import { sumUp, writeEach } from '../bulk.ts';
import { chooseConnections, type KindChoice } from '../connection-choice.ts';
import { runWords, type ShownRun } from '../run-words.ts';
import { choose, idOf } from '../scope.ts';
import { settled } from '../settled.ts';
import { readiness, type Viewed } from '../status-view.ts';
import type { Target } from '../target.ts';
import type { Patience, Verdict, WaitDoors } from '../waiting.ts';
import { hopeless } from './hopeless.ts';

/** A request set as an annotation with a new value; status echoes the value when it has been carried out. */
const REQUESTS = {
  sync: { annotation: ANNOTATIONS.syncRequested, echo: 'lastHandledSyncRequest', done: 'synced' },
  test: { annotation: ANNOTATIONS.testRequested, echo: 'lastHandledTestRequest', done: 'tested' },
  run: { annotation: ANNOTATIONS.runRequested, echo: 'lastHandledRunRequest', done: 'run' },
} as const;

export interface RequestOptions extends KindChoice {
  readonly verb: keyof typeof REQUESTS;
  /** Until each has been carried out or cannot be; else it is asked for, and that is all. */
  readonly wait: boolean;
}

/** Asks for one or many, waits for each unless told otherwise, and says how it ended. Returns the exit code. */
export async function request(
  target: Target,
  options: RequestOptions,
  patience: Patience,
  doors: WaitDoors,
): Promise<number> {
  const { verb, wait, selector } = options;
  const { annotation, echo, done } = REQUESTS[verb];
  const chosen = verb === 'run' ? await choose(target, 'Feed', options) : await chooseConnections(target, options);
  const value = doors.clock.now().toISOString();
  const written = await writeEach(
    chosen,
    async (one) => {
      const { kind, metadata } = one;
      await target.annotate({ kind, namespace: metadata.namespace, name: metadata.name }, { [annotation]: value });
      if (!wait) doors.say(`${kind} ${idOf(one)}: asked for`);
    },
    patience.signal,
  );
  const judge = (now: Viewed | undefined) => carriedOut(now, echo, value);
  if (!wait) return sumUp(target, written, 'asked for', undefined, doors);
  return sumUp(target, written, done, { ...patience, selector, judge }, doors);
}

/** How the request ended, once status echoes it. Pure. */
function carriedOut(now: Viewed | undefined, echo: string, value: string): Verdict {
  if (now?.status?.[echo] === value) return { over: true, ...outcome(now) };
  const never = hopeless(now);
  if (never !== undefined) return { over: true, well: false, words: `not carried out, and it will not be: ${never}` };
  const ready = now && settled(now, 'Ready');
  const reason =
    ready && ready.status !== 'True' ? `waits: ${ready.reason}: ${ready.message}` : 'waits for its pod to carry it out';
  return { over: false, reason };
}

function outcome(resource: Viewed): { well: boolean; words: string } {
  const ready = readiness(resource);
  const run = resource.status?.['lastRun'] as ShownRun | undefined;
  const recent = (resource.status?.['recentRuns'] ?? []) as readonly ShownRun[];
  const exports = EXPORT_TYPES.some((type) => type === resource.spec['type']);
  if (run) return { well: run.result !== 'Failed', words: runWords(run, recent, exports) };
  if (ready?.status === 'True') return { well: true, words: 'well' };
  return { well: false, words: `not well (${ready?.reason ?? 'unknown'}): ${ready?.message ?? ''}` };
}
