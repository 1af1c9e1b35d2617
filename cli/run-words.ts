/** What a Feed's status tells of one of its runs. */
export interface ShownRun {
  readonly id: string;
  readonly trigger?: string;
  readonly result: string;
  readonly finishedAt?: string;
  readonly read: number;
  readonly changed: number;
  readonly message?: string;
}

/** What started an earlier run, for people. */
const STARTED_BY: Readonly<Record<string, readonly [imported: string, exported: string]>> = {
  Hint: ["by a webhook's run", 'by a run that began as soon as they were there'],
  Schedule: ["by the schedule's run", "by the schedule's run"],
  Initial: ['by the first sync', 'by the first sync'],
};

/**
 * How a run ended, in a sentence. One that found nothing to do says who had done it before: who asks for a run and
 * reads "0" believes that nothing happened. Pure.
 */
export function runWords(run: ShownRun, recent: readonly ShownRun[], exports: boolean): string {
  const more = run.message ? `: ${run.message}` : '';
  if (run.result === 'Empty')
    return nothingToDo(
      recent.find(({ id, read, changed }) => id !== run.id && (exports ? read : changed) > 0),
      exports,
    );
  if (run.result === 'Succeeded')
    return (exports ? `${run.changed} sent` : `${run.read} read, ${run.changed} changed`) + more;
  return `${run.result}, ${run.read} ${exports ? 'tried' : 'read'}, ${run.changed} ${exports ? 'sent' : 'changed'}${more}`;
}

function nothingToDo(before: ShownRun | undefined, exports: boolean): string {
  if (!before) return exports ? 'nothing waits to be sent' : 'nothing has changed at the store';
  const by = STARTED_BY[before.trigger ?? '']?.[exports ? 1 : 0] ?? 'by the run before';
  const at = before.finishedAt === undefined ? '' : ` at ${before.finishedAt}`;
  // What was refused does not wait: who hears of an older success believes that it was sent.
  if (exports && before.changed === 0)
    return `nothing waits: ${before.result}${at}, ${by}${before.message ? `: ${before.message}` : ''}`;
  return exports
    ? `nothing waits: ${before.changed} sent already${at}, ${by}`
    : `nothing has changed since: ${before.changed} taken already${at}, ${by}`;
}
