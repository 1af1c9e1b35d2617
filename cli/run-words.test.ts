import { describe, expect, it } from '@jest/globals';
import { runWords, type ShownRun } from './run-words.ts';

const run = (change: Partial<ShownRun> = {}): ShownRun => ({
  id: 'r2',
  trigger: 'Requested',
  result: 'Empty',
  read: 0,
  changed: 0,
  ...change,
});
const before = (trigger: string, changed = 3) =>
  run({ id: 'r1', trigger, read: changed, changed, result: 'Succeeded', finishedAt: '2026-11-26T08:00:00Z' });

describe('how a run ended', () => {
  it.each<[string, ShownRun, ShownRun[], boolean, string]>([
    [
      'sent before',
      run(),
      [run(), before('Hint')],
      true,
      'nothing waits: 3 sent already at 2026-11-26T08:00:00Z, by a run that began as soon as they were there',
    ],
    [
      'read before',
      run(),
      [run(), before('Hint')],
      false,
      "nothing has changed since: 3 taken already at 2026-11-26T08:00:00Z, by a webhook's run",
    ],
    [
      'the run before found nothing either',
      run(),
      [run(), before('Hint', 0), before('Schedule')],
      false,
      "nothing has changed since: 3 taken already at 2026-11-26T08:00:00Z, by the schedule's run",
    ],
    [
      'refused before, and sent before that',
      run(),
      [run(), run({ ...before('Hint', 0), result: 'Failed', read: 1, message: '1 refused' }), before('Schedule')],
      true,
      'nothing waits: Failed at 2026-11-26T08:00:00Z, by a run that began as soon as they were there: 1 refused',
    ],
    ['nothing ever', run(), [], true, 'nothing waits to be sent'],
    ['nothing ever to read', run(), [run()], false, 'nothing has changed at the store'],
    ['some', run({ result: 'Succeeded', read: 9, changed: 2 }), [], false, '9 read, 2 changed'],
    ['some sent', run({ result: 'Succeeded', read: 2, changed: 2 }), [], true, '2 sent'],
    ['failed', run({ result: 'Failed', read: 2, message: 'no' }), [], true, 'Failed, 2 tried, 0 sent: no'],
  ])('(%s) is said in a sentence', (_what, last, recent, exports, words) => {
    expect(runWords(last, recent, exports)).toBe(words);
  });
});
