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
  /** All that there are in the namespace; with allNamespaces, in all of them. */
  readonly all?: boolean;
}

/** As kubectl: -n, else the namespace of the context; all with -A. A local `up` has no context: all that it runs. */
export function namespaceOf(target: Pick<Target, 'home'>, { namespace, allNamespaces }: Scope): string | undefined {
  if (namespace !== undefined && allNamespaces) throw new UsageError('-n and -A exclude one another: leave one out');
  return allNamespaces ? undefined : (namespace ?? target.home);
}

/** Exactly what was named, or nothing at all: a name that several have is not guessed. */
export async function choose(target: Target, kind: string, choice: Choice): Promise<Viewed[]> {
  const { names, selector } = choice;
  refuseUnclear(kind, choice);
  const namespace = kindByName(kind)?.scope === 'Namespaced' ? namespaceOf(target, choice) : undefined;
  const all = await target.list(kind, namespace, selector);
  const missing = names.filter((name) => !all.some(({ metadata }) => metadata.name === name));
  if (missing.length > 0 || all.length === 0) throw new NotFound(notFound(kind, missing, choice, namespace));
  for (const name of names) onlyOne(kind, name, all);
  return names.length === 0 ? all : all.filter(({ metadata }) => names.includes(metadata.name));
}

/** Everything is never meant by saying nothing. */
function refuseUnclear(kind: string, { names, selector, all = false }: Choice): void {
  if (all && (names.length > 0 || selector)) throw new UsageError('--all is in place of names and -l: leave one out');
  if (!all && names.length === 0 && !selector)
    throw new UsageError(`name at least one ${kind}, or choose by -l SELECTOR, or --all`);
}

function notFound(kind: string, missing: readonly string[], choice: Choice, namespace: string | undefined): string {
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  const elsewhere = choice.namespace === undefined && where !== '' ? ': name its namespace with -n' : '';
  if (missing.length > 0) return `${kind} ${missing.join(', ')} was not found${where}${elsewhere}`;
  if (choice.selector) return `no ${kind} has the labels ${choice.selector}${where}${elsewhere}`;
  return `there is no ${kind}${where}${elsewhere}`;
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
