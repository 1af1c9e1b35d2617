import { kindByName } from '../crds/index.ts';
import { NotFound, UsageError } from './exit-code.ts';
import type { Viewed } from './status-view.ts';
import type { Target } from './target.ts';

/** Where a command looks. */
export interface Scope {
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
}

/** What a command writes to: by name, or by labels. */
export interface Choice extends Scope {
  readonly names: readonly string[];
  readonly selector?: string;
}

/** As kubectl: -n, else the namespace of the context; all with -A. A local `up` has no context: all that it runs. */
export function namespaceOf(target: Pick<Target, 'home'>, { namespace, allNamespaces }: Scope): string | undefined {
  if (namespace !== undefined && allNamespaces) throw new UsageError('-n and -A exclude one another: leave one out');
  return allNamespaces ? undefined : (namespace ?? target.home);
}

/** Exactly what was named, or nothing at all: a name that several have is not guessed. */
export async function choose(target: Target, kind: string, choice: Choice): Promise<Viewed[]> {
  if (choice.names.length === 0 && !choice.selector)
    throw new UsageError(`name at least one ${kind}, or choose by -l SELECTOR`);
  const namespace = kindByName(kind)?.scope === 'Namespaced' ? namespaceOf(target, choice) : undefined;
  const all = await target.list(kind, namespace, choice.selector);
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  const elsewhere = choice.namespace === undefined && where !== '' ? ': name its namespace with -n' : '';
  if (choice.names.length === 0) {
    if (all.length === 0) throw new NotFound(`no ${kind} has the labels ${choice.selector}${where}${elsewhere}`);
    return all;
  }
  const missing = choice.names.filter((name) => !all.some(({ metadata }) => metadata.name === name));
  if (missing.length > 0) throw new NotFound(`${kind} ${missing.join(', ')} was not found${where}${elsewhere}`);
  for (const name of choice.names) onlyOne(kind, name, all);
  return all.filter(({ metadata }) => choice.names.includes(metadata.name));
}

function onlyOne(kind: string, name: string, all: readonly Viewed[]): void {
  const same = all.filter(({ metadata }) => metadata.name === name).map(idOf);
  if (same.length > 1)
    throw new UsageError(`there are several ${kind}s "${name}": ${same.join(', ')}; name one with -n NAMESPACE`);
}

/** "acme/shop", or the name alone where the kind has no namespace. */
export function idOf({ metadata }: Pick<Viewed, 'metadata'>): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}
