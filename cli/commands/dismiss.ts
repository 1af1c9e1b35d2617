import { dismissView } from '../../model/rest/problems.ts';
import { UsageError } from '../exit-code.ts';
import { hubApi } from '../hub-api.ts';
import type { StoreOptions, Target } from '../target.ts';

export interface DismissOptions extends StoreOptions {
  readonly reason: string;
  /** A record, by number or id; absent: all that has the reason. */
  readonly record?: string;
  /** namespace/name. */
  readonly connection?: string;
  readonly note?: string;
  readonly dryRun: boolean;
}

/** `supercargo dismiss --reason X --note TEXT`: what cannot be mended is done with; a dry run says how many. */
export async function dismiss(target: Target, options: DismissOptions, say: (line: string) => void): Promise<void> {
  const { reason, record, connection, note, dryRun } = options;
  if (note === undefined || note.trim() === '')
    throw new UsageError('say who has dealt with it, and how: --note "sent again by hand, Ada Miller"');
  const hub = await hubApi(target, options);
  const asked = { reason, record, connection, note, dryRun };
  const { matched, dismissed } = await hub.post(dismissView, '/problems/dismiss', asked);
  const which = `the reason ${reason}${record === undefined ? '' : ` for record "${record}"`}`;
  const left = matched - dismissed;
  if (matched === 0) say(`nothing open has ${which}: "supercargo errors --reason ${reason}" shows what there is`);
  else if (dryRun)
    say(
      `${matched} have ${which}; ${dismissed} would be dismissed, ${left} would stay as they are (dry run: nothing was done)`,
    );
  else
    say(`${matched} had ${which}; ${dismissed} were dismissed, ${left} stay as they are${left > 0 ? BEING_TRIED : ''}`);
}

const BEING_TRIED = ', since they are being tried again';
