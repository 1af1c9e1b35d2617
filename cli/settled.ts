import { findCondition, type Condition } from '../kit/conditions.ts';
import type { Viewed } from './status-view.ts';

/** The condition, where it was decided about this very spec; that of an older one is as good as none. */
export function settled({ metadata, status }: Viewed, type: string): Condition | undefined {
  const found = findCondition(status?.conditions, type);
  return found && (found.observedGeneration ?? metadata.generation) === metadata.generation ? found : undefined;
}
