import { UsageError } from './exit-code.ts';
import { choose, type Choice } from './scope.ts';
import type { Viewed } from './status-view.ts';
import { kindOf, type Target } from './target.ts';

/** The two kinds of connections. */
export type ConnectionKind = 'Connection' | 'ClusterConnection';

/** Connections of either kind: a name may have its kind before it. */
export interface ConnectionChoice extends Choice {
  /** Of names that have none before them, and of what -l chooses; connections if absent. */
  readonly kind?: string;
}

export interface ConnectionName {
  readonly kind: ConnectionKind;
  readonly name: string;
}

/** "shop", "connection/shop", "clusterconnection/shop", with the kind in any form that `get` takes. */
export function connectionName(word: string, otherwise: ConnectionKind = 'Connection'): ConnectionName {
  const [before, name, ...more] = word.split('/');
  if (name === undefined) return { kind: otherwise, name: word };
  const kind = isKind(before!) ? kindOf(before!) : undefined;
  if (!isConnectionKind(kind) || name === '' || more.length > 0)
    throw new UsageError(
      `"${word}" is not the name of a connection: before a slash stands "connection" or "clusterconnection"; a namespace is named with -n`,
    );
  return { kind, name };
}

/** Exactly the connections that were named, or nothing at all. */
export async function chooseConnections(target: Target, choice: ConnectionChoice): Promise<Viewed[]> {
  const kind = choice.kind === undefined ? 'Connection' : kindOf(choice.kind);
  if (!isConnectionKind(kind)) throw new UsageError(`${kind} is not a kind of connection`);
  if (choice.names.length === 0) return choose(target, kind, choice);
  const named = choice.names.map((word) => connectionName(word, kind));
  const found: Viewed[] = [];
  for (const [of, those] of Map.groupBy(named, (one) => one.kind))
    found.push(...(await choose(target, of, { ...choice, names: those.map(({ name }) => name) })));
  return found;
}

/** The one connection that a command is about. */
export async function chooseConnection(
  target: Target,
  { selector: _, ...choice }: Omit<ConnectionChoice, 'names'>,
  word: string,
): Promise<Viewed> {
  const [found] = await chooseConnections(target, { ...choice, names: [word] });
  return found!;
}

/** Where its pod, Store and Feeds are. */
export function podNamespaceOf({ metadata, spec }: Pick<Viewed, 'metadata' | 'spec'>): string {
  return metadata.namespace ?? (typeof spec['namespace'] === 'string' ? spec['namespace'] : '');
}

const isConnectionKind = (kind: string | undefined): kind is ConnectionKind =>
  kind === 'Connection' || kind === 'ClusterConnection';

function isKind(word: string): boolean {
  try {
    return kindOf(word) !== '';
  } catch {
    return false;
  }
}
