import { ANNOTATIONS } from '../../crds/index.ts';
import type { Clock } from '../../kit/clock.ts';
import { EXPORT_TYPES } from '../../model/feeds.ts';
import { runWords, type ShownRun } from '../run-words.ts';
import { choose, idOf, namespaceOf, type Choice } from '../scope.ts';
import { readiness, type Viewed } from '../status-view.ts';
import type { Target } from '../target.ts';
import { hopeless } from './hopeless.ts';

/** A request set as an annotation with a new value; status echoes the value when it has been carried out. */
const REQUESTS = {
  sync: { kind: 'Connection', annotation: ANNOTATIONS.syncRequested, echo: 'lastHandledSyncRequest' },
  test: { kind: 'Connection', annotation: ANNOTATIONS.testRequested, echo: 'lastHandledTestRequest' },
  run: { kind: 'Feed', annotation: ANNOTATIONS.runRequested, echo: 'lastHandledRunRequest' },
} as const;

export interface RequestOptions extends Choice {
  readonly verb: keyof typeof REQUESTS;
  readonly timeoutMs: number;
}

const LOOK_EVERY_MS = 500;

/**
 * Asks for one or many, waits until each has been carried out or cannot be, and says how it ended. Returns whether all
 * are well.
 */
export async function request(
  target: Target,
  options: RequestOptions,
  clock: Clock,
  say: (line: string) => void,
): Promise<boolean> {
  const { kind, annotation, echo } = REQUESTS[options.verb];
  const chosen = await choose(target, kind, options);
  const value = clock.now().toISOString();
  for (const { metadata } of chosen)
    await target.annotate({ kind, namespace: metadata.namespace, name: metadata.name }, { [annotation]: value });
  const waiting = new Set(chosen.map(idOf));
  const deadline = clock.now().getTime() + options.timeoutMs;
  const namespace = namespaceOf(target, options);
  let well = true;
  while (waiting.size > 0 && clock.now().getTime() < deadline) {
    await clock.sleep(LOOK_EVERY_MS);
    const there = new Map((await target.list(kind, namespace, options.selector)).map((one) => [idOf(one), one]));
    for (const id of waiting) {
      const resource = there.get(id);
      if (resource?.status?.[echo] === value) {
        waiting.delete(id);
        well = describe(resource, say) && well;
        continue;
      }
      const why = hopeless(resource);
      if (why === undefined) continue;
      waiting.delete(id);
      well = false;
      say(`${kind} ${id}: not carried out, and it will not be: ${why}`);
    }
  }
  for (const id of waiting)
    say(
      `${kind} ${id}: not carried out within ${options.timeoutMs / 1000} s: is the connection enabled, and its pod running?`,
    );
  return well && waiting.size === 0;
}

function describe(resource: Viewed, say: (line: string) => void): boolean {
  const ready = readiness(resource);
  const run = resource.status?.['lastRun'] as ShownRun | undefined;
  const recent = (resource.status?.['recentRuns'] ?? []) as readonly ShownRun[];
  const exports = EXPORT_TYPES.some((type) => type === resource.spec?.['type']);
  const what = run
    ? runWords(run, recent, exports)
    : `${ready?.status === 'True' ? 'well' : `not well (${ready?.reason ?? 'unknown'}): ${ready?.message ?? ''}`}`;
  say(`${resource.kind} ${idOf(resource)}: ${what}`);
  return run ? run.result !== 'Failed' : ready?.status === 'True';
}
