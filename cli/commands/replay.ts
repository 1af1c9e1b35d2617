import { replayView } from '../../model/rest/problems.ts';
import { hubApi } from '../hub-api.ts';
import type { StoreOptions, Target } from '../target.ts';

/** `supercargo replay --reason X`: tries again what failed for a reason; a dry run says how many. */
export async function replay(
  target: Target,
  options: StoreOptions & { readonly reason: string; readonly dryRun: boolean },
  say: (line: string) => void,
): Promise<void> {
  const hub = await hubApi(target, options);
  const { reason, dryRun } = options;
  const { matched, changed } = await hub.post(replayView, '/problems/replay', { reason, dryRun });
  if (matched === 0)
    say(
      `nothing that can be replayed has the reason ${reason}: a record that was set aside is read again by a FeedRun with its id`,
    );
  else if (dryRun)
    say(
      `${matched} have the reason ${reason}; ${changed} would be taken or queued again, ${matched - changed} would stay as they are (dry run: nothing was done)`,
    );
  else
    say(
      `${matched} had the reason ${reason}; ${changed} were taken or queued again, ${matched - changed} stay as they are`,
    );
}
