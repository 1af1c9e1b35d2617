import { NotFound, UsageError } from '../exit-code.ts';
import { chooseConnection } from '../connection-choice.ts';
import { podsOf } from '../connection-parts.ts';
import { idOf, type Scope } from '../scope.ts';
import type { Target } from '../target.ts';

export interface LogsOptions extends Scope {
  readonly connection: string;
  readonly follow: boolean;
  /** Of the container before this one: why it ended. */
  readonly previous: boolean;
  /** "90s", "15m", "2h", "1d"; undefined: all that is kept. */
  readonly since?: string;
  readonly tail?: number;
}

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** `supercargo logs`: the log of a connection's sync pod; with `follow` until the pod ends or the signal aborts. */
export async function showLogs(
  target: Target,
  options: LogsOptions,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const { cluster } = target;
  if (!cluster) throw new UsageError('a running "up" has no pods: it writes its log to its own terminal');
  const sinceSeconds = options.since === undefined ? undefined : secondsOf(options.since);
  const connection = await chooseConnection(target, options, options.connection);
  const [pod] = await podsOf(cluster, connection);
  if (!pod)
    throw new NotFound(
      `${connection.kind} ${idOf(connection)} has no sync pod: "supercargo describe ${options.connection}" says why`,
    );
  const { follow, previous, tail } = options;
  const { namespace = '', name } = pod.metadata;
  const choice = { namespace, pod: name, follow, previous, sinceSeconds, tailLines: tail };
  for await (const line of cluster.logs(choice, signal)) say(line);
}

/** Of an age as "15m". */
export function secondsOf(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  if (count === undefined) throw new UsageError(`--since is how long ago, as 90s, 15m, 2h or 1d, and not "${text}"`);
  return Number(count) * SECONDS[unit as keyof typeof SECONDS];
}
