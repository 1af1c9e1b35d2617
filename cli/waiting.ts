import type { Clock } from '../kit/clock.ts';
import { isApiError } from '../kit/kube/errors.ts';
import { UsageError } from './exit-code.ts';
import { idOf } from './scope.ts';
import type { Viewed } from './status-view.ts';
import type { Target } from './target.ts';

/** What is to be said of one that is waited for. */
export type Verdict =
  | { readonly over: false; /** What it waits for. */ readonly reason: string }
  | { readonly over: true; readonly well: boolean; readonly words: string };

export interface Patience {
  readonly timeoutMs: number;
  /** Aborts at Ctrl-C: it ends the wait, and not what was asked. */
  readonly signal?: AbortSignal;
  /** Of the list in which they are looked for. */
  readonly selector?: string;
}

export interface WaitDoors {
  readonly clock: Clock;
  /** Results. */
  readonly say: (line: string) => void;
  /** Progress. */
  readonly tell: (line: string) => void;
}

/** How a wait ended. */
export interface Waited {
  /** Not well, or not within the time, each with why. */
  readonly unwell: ReadonlyMap<Viewed, string>;
  readonly interrupted: boolean;
}

const LOOK_EVERY_MS = 500;

interface Entry {
  readonly one: Viewed;
  /** What it was last said to wait for. */
  told: string;
}

/**
 * Looks until each has come to an end, the time is over or the person ends it. Each is said as soon as it is known,
 * and what the others wait for whenever that changes.
 */
export async function waitFor(
  target: Target,
  chosen: readonly Viewed[],
  judge: (now: Viewed | undefined) => Verdict,
  { timeoutMs, signal, selector }: Patience,
  doors: WaitDoors,
): Promise<Waited> {
  const { clock, say } = doors;
  const waiting = new Map<string, Entry>(chosen.map((one) => [keyOf(one), { one, told: '' }]));
  const unwell = new Map<Viewed, string>();
  const deadline = clock.now().getTime() + timeoutMs;
  while (waiting.size > 0 && clock.now().getTime() < deadline) {
    await clock.sleep(LOOK_EVERY_MS, signal);
    if (signal?.aborted) break;
    const there = await lookAt(target, waiting, selector).catch(unlessPassing);
    if (!there) continue;
    for (const [key, entry] of waiting) {
      const verdict = judge(there.get(key));
      tellOf(entry, verdict, doors);
      if (!verdict.over) continue;
      waiting.delete(key);
      if (!verdict.well) unwell.set(entry.one, verdict.words);
    }
  }
  const interrupted = waiting.size > 0 && signal?.aborted === true;
  const head = interrupted ? 'no longer waited for' : `not within ${timeoutMs / 1000} s`;
  for (const { one, told } of waiting.values()) {
    const words = told === '' ? head : `${head}: ${told}`;
    unwell.set(one, words);
    say(`${one.kind} ${idOf(one)}: ${words}`);
  }
  if (interrupted) say('the wait was ended; what was asked goes on by itself');
  return { unwell, interrupted };
}

function tellOf(entry: Entry, verdict: Verdict, { say, tell }: WaitDoors): void {
  const id = `${entry.one.kind} ${idOf(entry.one)}`;
  if (verdict.over) return say(`${id}: ${verdict.words}`);
  if (verdict.reason !== entry.told) tell(`${id}: ${verdict.reason}`);
  entry.told = verdict.reason;
}

const keyOf = ({ kind, metadata }: Viewed): string => metadata.uid ?? `${kind} ${idOf({ metadata })}`;

/** What was asked goes on while the API server cannot answer: one look less is no reason to end the wait. */
function unlessPassing(error: unknown): undefined {
  if (isApiError(error, 'Unavailable', 'TooManyRequests') || (isApiError(error) && error.status === 0)) return;
  throw error;
}

/** In as few lists as can be: one for each kind. */
async function lookAt(
  target: Target,
  waiting: ReadonlyMap<string, Entry>,
  selector: string | undefined,
): Promise<Map<string, Viewed>> {
  const found = new Map<string, Viewed>();
  for (const [kind, those] of Map.groupBy(waiting.values(), ({ one }) => one.kind)) {
    const namespaces = [...new Set(those.map(({ one }) => one.metadata.namespace))];
    const namespace = namespaces.length === 1 ? namespaces[0] : undefined;
    for (const one of await target.list(kind, namespace, selector)) found.set(keyOf(one), one);
  }
  return found;
}

/** "--timeout 120" in milliseconds. */
export function timeoutOf(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new UsageError(`--timeout is a number of seconds, 1 or more, and not "${text}"`);
  return Number(text) * 1000;
}
