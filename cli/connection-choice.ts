import { kindByName } from '../crds/index.ts';
import { UsageError } from './exit-code.ts';
import { choose, type Choice } from './scope.ts';
import type { Viewed } from './status-view.ts';
import { kindOf, type Target } from './target.ts';

/** What a command writes to, where names may have their kind before them. */
export interface KindChoice extends Choice {
  /** In any form that `get` takes: of names that have none before them, and of what -l and --all choose. */
  readonly kind?: string;
}

/** A name and its kind, if one stands before it. */
export interface NameOf {
  readonly kind?: string;
  readonly name: string;
}

/** "shop", "connection/shop", "clusterconnection/shop", with the kind in any form that `get` takes. */
export function nameOf(word: string): NameOf {
  const [before, name, ...more] = word.split('/');
  if (name === undefined) return { name: word };
  if (name === '' || more.length > 0 || !isKind(before!))
    throw new UsageError(
      `"${word}" is no name: before a slash stands a kind, as in clusterconnection/NAME; a namespace is named with -n`,
    );
  return { kind: kindOf(before!), name };
}

/** The same of a connection; a Connection where nothing else is said. */
export function connectionName(word: string, otherwise?: string): Required<NameOf> {
  const { kind = kindOf(otherwise ?? 'connections'), name } = nameOf(word);
  return { kind: connectionKind(kind), name };
}

/** Exactly what was named, of the kinds that were named, or nothing at all. */
export async function chooseNamed(target: Target, choice: KindChoice & { readonly kind: string }): Promise<Viewed[]> {
  const kind = kindOf(choice.kind);
  if (choice.names.length === 0) return choose(target, kind, choice);
  const named = choice.names.map((word) => ({ kind, ...nameOf(word) }));
  const found: Viewed[] = [];
  for (const [of, those] of Map.groupBy(named, (one) => one.kind))
    found.push(...(await choose(target, of, { ...choice, names: those.map(({ name }) => name) })));
  return found;
}

/** The connections of either kind that were chosen. */
export async function chooseConnections(target: Target, choice: KindChoice): Promise<Viewed[]> {
  const { kind = 'connections', names } = choice;
  connectionKind(kindOf(kind));
  for (const word of names) connectionName(word, kind);
  return chooseNamed(target, { ...choice, kind });
}

/** The one connection that a command is about. */
export async function chooseConnection(
  target: Target,
  { namespace, allNamespaces }: Omit<KindChoice, 'names'>,
  word: string,
): Promise<Viewed> {
  const [found] = await chooseConnections(target, { namespace, allNamespaces, names: [word] });
  return found!;
}

/** Where its pod, Store and Feeds are. */
export function podNamespaceOf({ metadata, spec }: Pick<Viewed, 'metadata' | 'spec'>): string {
  return metadata.namespace ?? (typeof spec['namespace'] === 'string' ? spec['namespace'] : '');
}

function connectionKind(kind: string): 'Connection' | 'ClusterConnection' {
  if (kind === 'Connection' || kind === 'ClusterConnection') return kind;
  throw new UsageError(`a ${kind} is no connection: name a Connection, or clusterconnection/NAME`);
}

const isKind = (word: string): boolean => {
  try {
    return kindByName(kindOf(word)) !== undefined;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
};
