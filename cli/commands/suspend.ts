import { NotFound, UsageError } from '../exit-code.ts';
import { choose, idOf, namespaceOf, type Choice } from '../scope.ts';
import type { Viewed } from '../status-view.ts';
import type { Target } from '../target.ts';

export interface SuspendOptions extends Choice {
  /** All feeds of this connection, instead of names. */
  readonly connection?: string;
}

/** `supercargo suspend` and `resume`: sets spec.suspend of Feeds. The connection goes on, and so do its other feeds. */
export async function suspendFeeds(
  target: Target,
  options: SuspendOptions,
  suspend: boolean,
  say: (line: string) => void,
): Promise<void> {
  const done = suspend ? 'suspended' : 'resumed';
  const chosen =
    options.connection === undefined ? await choose(target, 'Feed', options) : await ofOne(target, options);
  for (const { metadata, spec } of chosen) {
    const id = idOf({ metadata });
    if ((spec['suspend'] ?? false) === suspend) {
      say(`Feed ${id} was ${suspend ? 'suspended' : 'not suspended'} already`);
      continue;
    }
    await target.setSwitch({ kind: 'Feed', namespace: metadata.namespace, name: metadata.name }, 'suspend', suspend);
    say(`Feed ${id} ${done}`);
  }
  if (chosen.length > 1) say(`${chosen.length} ${done}`);
}

/** A connection's feeds; where several connections have the name, none. */
async function ofOne(target: Target, options: SuspendOptions): Promise<Viewed[]> {
  if (options.names.length > 0 || options.selector)
    throw new UsageError('--connection is in place of names and -l: leave one out');
  const namespace = namespaceOf(target, options);
  const feeds = (await target.list('Feed', namespace, undefined)).filter(
    ({ spec }) => connectionOf(spec).name === options.connection,
  );
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  if (feeds.length === 0)
    throw new NotFound(`no Feed names the connection ${options.connection}${where}: name its namespace with -n`);
  const connections = new Set(
    feeds.map(
      ({ metadata, spec }) => `${connectionOf(spec).kind ?? 'Connection'} ${metadata.namespace}/${options.connection}`,
    ),
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
