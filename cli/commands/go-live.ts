import type { Clock } from '../../kit/clock.ts';
import { isApiError } from '../../kit/kube/errors.ts';
import { feedsOf } from '../connection-parts.ts';
import { chooseConnection, podNamespaceOf } from '../connection-choice.ts';
import { UsageError } from '../exit-code.ts';
import { ACCEPTABLE, type Acceptable } from '../go-live/check.ts';
import { checklist, checklistLines, refusalLines, stopsOf } from '../go-live/checklist.ts';
import type { Seen } from '../go-live/kept-back.ts';
import { goLiveReports } from '../go-live-reports.ts';
import { idOf, type Scope } from '../scope.ts';
import { settled } from '../settled.ts';
import type { Viewed } from '../status-view.ts';
import type { Target } from '../target.ts';
import { waitFor, type Patience, type Verdict, type Waited } from '../waiting.ts';
import { hopeless } from './hopeless.ts';
import { stalledBy } from './switches.ts';

export interface GoLiveOptions extends Scope {
  readonly connection: string;
  /** What is found and is no reason against it for this person. */
  readonly accept: string;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly wait: boolean;
}

export interface GoLiveDoors {
  readonly clock: Clock;
  readonly say: (line: string) => void;
  readonly tell: (line: string) => void;
  /** Asks the person; undefined where nobody can be asked. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
}

/** How it ended: `refused` where something stands against it, `interrupted` where the person ended the wait. */
export type GoLiveEnd = 'well' | 'refused' | 'notLiveYet' | 'interrupted';

/**
 * `supercargo go-live CONNECTION`: looks at what a careful person would look at, says it, and only then, asked or told
 * to, changes spec.mode. One connection at a time: what a shop is sent cannot be taken back.
 */
export async function goLive(
  target: Target,
  options: GoLiveOptions,
  patience: Patience,
  doors: GoLiveDoors,
): Promise<GoLiveEnd> {
  const { say } = doors;
  const accepted = acceptedOf(options.accept);
  const connection = await chooseConnection(target, options, options.connection);
  const id = `${connection.kind} ${idOf(connection)}`;
  if (connection.spec['mode'] === 'Production') {
    say(`${id} is live already: spec.mode is Production`);
    return options.wait && !options.dryRun ? endOf(await waitUntilLive(target, connection, patience, doors)) : 'well';
  }
  const feeds = await feedsOf(target, connection);
  const checks = checklist({ connection, feeds, seen: await seenOf(target, connection), now: doors.clock.now() });
  say(`${id} from Test mode to live:`);
  for (const line of checklistLines(checks, accepted)) say(line);
  const stops = stopsOf(checks, accepted);
  for (const line of stops.length > 0 ? refusalLines(stops) : []) say(line);
  if (stops.length > 0) return 'refused';
  if (options.dryRun) {
    say('nothing is in the way (dry run: nothing was changed)');
    return 'well';
  }
  await change(target, connection, options, doors);
  say(`${id}: spec.mode is Production; what Test mode kept back is sent now. "mode: Test" stops the very next write`);
  return options.wait ? endOf(await waitUntilLive(target, connection, patience, doors)) : 'well';
}

function acceptedOf(text: string): ReadonlySet<Acceptable> {
  const words = text.split(',').filter((word) => word !== '');
  const unknown = words.find((word) => !Object.hasOwn(ACCEPTABLE, word));
  if (unknown !== undefined)
    throw new UsageError(
      `--accept takes ${Object.keys(ACCEPTABLE).join(', ')}, and not "${unknown}": everything else must be put right`,
    );
  return new Set(words as Acceptable[]);
}

/** Who may not ask the hub, or finds none, is told so: not to know what would be sent is a finding of its own. */
async function seenOf(target: Target, connection: Viewed): Promise<Seen> {
  const namespace = podNamespaceOf(connection);
  const { name } = connection.spec['storeRef'] as { readonly name: string };
  try {
    const all = await goLiveReports(target, { namespace, store: name }, `${namespace}/${connection.metadata.name}`);
    const [report, second] = all;
    if (!report) return { why: 'the connection has not reached the hub yet' };
    if (second) return { why: `the hub has a Connection and a ClusterConnection "${report.connection}"` };
    return { report };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
}

async function change(
  target: Target,
  { kind, metadata, spec }: Viewed,
  { yes }: GoLiveOptions,
  { ask }: GoLiveDoors,
): Promise<void> {
  const id = `${kind} ${idOf({ metadata })}`;
  if (!target.cluster)
    throw new UsageError(
      `nothing was changed: a running "up" has what its manifests say. Write "mode: Production" under spec of ${id}, and it is live at once`,
    );
  if (!yes && !ask) throw new UsageError('nothing was changed, as nobody can be asked here: give --yes');
  if (!yes && (await ask!(`take ${id} live? Type "yes": `)).trim() !== 'yes')
    throw new UsageError('nothing was changed');
  const { namespace, name, uid, generation } = metadata;
  await target.cluster.goLive({ kind, namespace, name, uid, generation }).catch((error: unknown) => {
    if (!isApiError(error, 'Invalid') || error.status !== 422) throw error;
    throw new Error(
      `nothing was changed: ${id} (${String(spec['driver'])}) was changed by somebody else meanwhile, or the API server refuses it: ${error.message}. Look again: supercargo go-live ${name} --dry-run`,
      { cause: error },
    );
  });
}

const waitUntilLive = (target: Target, connection: Viewed, patience: Patience, doors: GoLiveDoors): Promise<Waited> =>
  waitFor(target, [connection], liveness, patience, doors);

const endOf = ({ interrupted, unwell }: Waited): GoLiveEnd =>
  interrupted ? 'interrupted' : unwell.size > 0 ? 'notLiveYet' : 'well';

/** Live is what its pod says of the spec with this mode: that it has the key, and reaches the shop. Pure. */
export function liveness(now: Viewed | undefined): Verdict {
  const never = hopeless(now);
  if (never !== undefined || !now) return { over: true, well: false, words: `does not run live: ${never}` };
  const mode = (now.status?.['effective'] as { readonly mode?: string } | undefined)?.mode;
  if (now.spec['mode'] !== 'Production')
    return { over: true, well: false, words: 'spec.mode was put back to Test: does a tool write it from Git?' };
  if (mode !== 'Production') return { over: false, reason: 'waits for the operator' };
  const said = ['CredentialValid', 'Reachable'].map((type) => settled(now, type));
  if (said.every((one) => one?.status === 'True')) return { over: true, well: true, words: 'runs live' };
  const stalled = stalledBy(now);
  if (stalled !== undefined) return { over: true, well: false, words: `does not run live: ${stalled}` };
  const wrong = said.find((one) => one !== undefined && one.status !== 'True');
  return {
    over: false,
    reason: wrong ? `${wrong.reason}: ${wrong.message}` : 'waits for its pod to take the new mode',
  };
}
