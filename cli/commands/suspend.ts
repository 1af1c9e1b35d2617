import { sumUp, writeEach } from '../bulk.ts';
import { chooseConnection, nameOf } from '../connection-choice.ts';
import { feedsOf } from '../connection-parts.ts';
import { NotFound, UsageError } from '../exit-code.ts';
import { choose, idOf, namespaceOf, type Choice } from '../scope.ts';
import { settled } from '../settled.ts';
import type { Viewed } from '../status-view.ts';
import type { Target } from '../target.ts';
import type { Patience, Verdict, WaitDoors } from '../waiting.ts';
import { stalledBy } from './switches.ts';

export interface SuspendOptions extends Choice {
  /** All feeds of this connection, instead of names. */
  readonly connection?: string;
  /** Until it is in force. */
  readonly wait?: boolean;
}

/**
 * `supercargo suspend` and `resume`: sets spec.suspend of Feeds. The connection goes on, and so do its other feeds.
 * Returns the exit code.
 */
export async function suspendFeeds(
  target: Target,
  options: SuspendOptions,
  suspend: boolean,
  patience: Patience,
  doors: WaitDoors,
): Promise<number> {
  const done = suspend ? 'suspended' : 'resumed';
  const chosen =
    options.connection === undefined ? await choose(target, 'Feed', options) : await ofOne(target, options);
  const written = await writeEach(
    chosen,
    async ({ metadata, spec }) => {
      const id = idOf({ metadata });
      if ((spec['suspend'] ?? false) === suspend)
        return doors.say(`Feed ${id} was ${suspend ? 'suspended' : 'not suspended'} already`);
      await target.setSwitch({ kind: 'Feed', namespace: metadata.namespace, name: metadata.name }, 'suspend', suspend);
      doors.say(`Feed ${id} ${done}`);
    },
    patience.signal,
  );
  const judge = (now: Viewed | undefined) => inForce(now, suspend);
  const wait = options.wait ? { ...patience, selector: options.selector, judge } : undefined;
  return sumUp(target, written, done, wait, doors);
}

/** Whether the schedule rests, or runs again. Pure. */
export function inForce(now: Viewed | undefined, suspend: boolean): Verdict {
  if (!now) return { over: true, well: false, words: 'it is gone, or the selector no longer finds it' };
  if ((now.spec['suspend'] ?? false) !== suspend)
    return { over: true, well: false, words: `was ${suspend ? 'resumed' : 'suspended'} again` };
  const rests = settled(now, 'Suspended');
  if (rests?.status === 'True' && suspend) return { over: true, well: true, words: 'rests: no scheduled runs' };
  // Of a spec that was read: its connection is what is switched off.
  if (rests?.status === 'True' && rests.reason !== 'Suspended')
    return { over: true, well: false, words: `resumed, and does not run: ${rests.reason}: ${rests.message}` };
  const stalled = stalledBy(now);
  if (stalled !== undefined) return { over: true, well: false, words: `does not run: ${stalled}` };
  if (!suspend && rests?.status !== 'True' && settled(now, 'Ready'))
    return { over: true, well: true, words: 'its schedule is in force again' };
  return { over: false, reason: 'waits for the operator' };
}

/** A connection's feeds; where several connections have the name, none. */
async function ofOne(target: Target, options: SuspendOptions): Promise<Viewed[]> {
  if (options.names.length > 0 || options.selector || options.all)
    throw new UsageError('--connection is in place of names, -l and --all: leave one out');
  const { kind: wanted, name: wantedName } = nameOf(options.connection!);
  // Where its feeds are, it says itself.
  if (wanted === 'ClusterConnection') {
    const found = await feedsOf(target, await chooseConnection(target, options, options.connection!));
    if (found.length === 0) throw new NotFound(`no Feed names the ClusterConnection ${wantedName}`);
    return found;
  }
  const namespace = namespaceOf(target, options);
  const feeds = (await target.list('Feed', namespace, undefined)).filter(({ spec }) => {
    const { kind = 'Connection', name } = connectionOf(spec);
    return name === wantedName && (wanted === undefined || wanted === kind);
  });
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  if (feeds.length === 0)
    throw new NotFound(`no Feed names the connection ${wantedName}${where}: name its namespace with -n`);
  const connections = new Set(
    feeds.map(({ metadata, spec }) => `${connectionOf(spec).kind ?? 'Connection'} ${metadata.namespace}/${wantedName}`),
  );
  if (connections.size > 1)
    throw new UsageError(
      `there are several: ${[...connections].join(', ')}; name one with -n NAMESPACE, or the feeds themselves`,
    );
  return feeds;
}

function connectionOf(spec: Viewed['spec']): { readonly kind?: string; readonly name?: string } {
  return spec['connectionRef'] ?? {};
}
