import { EXIT } from '../exit-code.ts';
import { ACCEPTABLE } from '../go-live/check.ts';
import { row, type CommandRow, type Common } from './command.ts';
import { ALL_NAMESPACES, COMMON, SYSTEM_NAMESPACE, TIMEOUT } from './options.ts';
import { GO_LIVE } from './rights.ts';

interface LiveOptions extends Common {
  readonly accept: string;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly wait: boolean;
  readonly timeout: string;
}

/** The one change after which a shop is written to. */
export const LIVE_ROW: CommandRow = row<[string], LiveOptions>({
  name: 'go-live',
  summary: 'take a connection from Test mode to live, after a look at all that could be wrong',
  args: [{ usage: '<connection>' }],
  flags: [
    ...COMMON,
    ALL_NAMESPACES,
    SYSTEM_NAMESPACE,
    { usage: '--dry-run', description: 'the checklist alone', default: false },
    {
      usage: '--accept <findings>',
      description: `go on with these all the same, with commas: ${Object.keys(ACCEPTABLE).join(', ')}`,
      default: '',
    },
    { usage: '--yes', description: 'without a question', default: false },
    { usage: '--wait', description: 'until its pod runs live', default: false },
    TIMEOUT,
  ],
  needs: GO_LIVE,
  async run({ args: [connection], options, withTarget, say, tell, clock, ask, stop }) {
    const { goLive } = await import('../commands/go-live.ts');
    const { timeoutOf } = await import('../waiting.ts');
    const patience = { timeoutMs: timeoutOf(options.timeout), signal: options.wait ? stop() : undefined };
    const end = await withTarget(options, (target) =>
      goLive(target, { ...options, connection }, patience, { clock, say, tell, ask }),
    );
    return { well: 0, refused: EXIT.notWell, notLiveYet: EXIT.notWell, interrupted: EXIT.interrupted }[end];
  },
});
