import { remedyFor } from '../../model/reasons.ts';

/**
 * What to do about a problem, by its stable reason; `own`: remedies of its driver. docs/operating.md has the same
 * table.
 */
export function remedyOf(reason: string, own?: Readonly<Record<string, string>>): string {
  return remedyFor(reason, own);
}
