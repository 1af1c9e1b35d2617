import { createHash } from 'node:crypto';
import type { Checkpoint } from '../../model/batch.ts';

/**
 * What people see of a checkpoint: how far it is, and a digest. The cursor itself is the driver's business, and may be
 * long.
 */
export function checkpointView(value: Checkpoint): { readonly position: string | undefined; readonly token: string } {
  return {
    position: value.run?.high ?? value.since,
    token: createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12),
  };
}
