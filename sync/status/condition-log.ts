import type { Condition } from '../../kit/conditions.ts';
import type { Logger } from '../../kit/log.ts';

/** What is so for a while at each start, and mends itself. */
const HARMLESS = new Set(['InitialSync', 'NotChecked', 'NoFeeds']);

/**
 * Lines of the log for conditions: one for each at the start, then where one says something else than before. Whoever
 * reads the log of a pod that does not work finds there why, also when the API server takes no status and no Event.
 */
export class ConditionLog {
  readonly #log: Logger;
  readonly #said = new Map<string, string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  tell(conditions: readonly Condition[] = []): void {
    for (const { type, status, reason, message } of conditions) {
      const said = `${status} ${reason}`;
      if (this.#said.get(type) === said) continue;
      this.#said.set(type, said);
      const isBad = status === (type === 'Throttled' ? 'True' : 'False') && !HARMLESS.has(reason);
      this.#log[isBad ? 'warn' : 'info']({ condition: type, status, reason }, message);
    }
  }
}
