import type { ConnectionStatus } from '../../crds/index.ts';
import type { ConditionValue, Settlement } from '../../kit/conditions.ts';

/** One word for lists. */
export type State = NonNullable<ConnectionStatus['state']>;

/** What is said of a connection as a whole. */
export interface Summary {
  readonly settlement: Settlement;
  readonly state: State;
}

type Reason = Omit<ConditionValue, 'status'>;

/** Under way, or tried again by itself. */
export function reconciling(state: State, { reason, message }: Reason): Summary {
  return { state, settlement: { state: 'Reconciling', finding: { reason, message } } };
}

/** A person must do something. */
export function stalled({ reason, message }: Reason, state: State = 'Stalled'): Summary {
  return { state, settlement: { state: 'Stalled', finding: { reason, message } } };
}
