import type { RunResult } from '../crds/index.ts';
import type { Behaviour, FaultScope } from '../drivers/contract/index.ts';

/** How a run ended, for status, metrics and the decision when to run again. */
export interface RunOutcome {
  readonly result: Exclude<RunResult, 'Running'>;
  readonly read: number;
  readonly changed: number;
  readonly problems: number;
  /** CamelCase; of a failure its reason, else equal to `result`. */
  readonly reason: string;
  readonly message?: string;
  readonly behaviour?: Behaviour;
  /** Whose fault it was, of one that failed. */
  readonly scope?: FaultScope;
  readonly retryAfterMs?: number;
  /** Of an export: something that the store has taken is due to be asked for in so long. */
  readonly againMs?: number;
  /** Of one that waits: when it goes on, ISO 8601. */
  readonly goesOnAt?: string;
  /** Of one that waits and moves no checkpoint: where it goes on. */
  readonly resume?: string;
  readonly held?: { readonly digest: string; readonly summary: string };
}
