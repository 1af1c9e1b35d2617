import { stringify } from 'yaml';
import { kindByName } from '../../crds/index.ts';
import { NotFound, UsageError } from '../exit-code.ts';
import type { Format } from '../formats.ts';
import { nameOf } from '../connection-choice.ts';
import { namespaceOf, type Scope } from '../scope.ts';
import { resourceTable, type Viewed } from '../status-view.ts';
import { kindOf, type Target } from '../target.ts';

export interface GetOptions extends Scope {
  /** Kind, as a person writes it, or kind and name as "store/main". */
  readonly word: string;
  readonly name?: string;
  readonly selector?: string;
  readonly output?: Format;
}

/** `supercargo get KIND [NAME]`. */
export async function get(target: Target, options: GetOptions, now: Date): Promise<string> {
  if (options.word.includes('/')) {
    const { kind: word = '', name } = nameOf(options.word);
    if (options.name !== undefined) throw new UsageError(`a name stands in "${options.word}" already: leave one out`);
    return get(target, { ...options, word, name }, now);
  }
  const kind = kindOf(options.word);
  const namespaced = kindByName(kind)?.scope === 'Namespaced';
  const namespace = namespaced ? namespaceOf(target, options) : undefined;
  const found = (await target.list(kind, namespace, options.selector)).filter(
    ({ metadata }) => options.name === undefined || metadata.name === options.name,
  );
  if (options.name !== undefined && found.length === 0)
    throw new NotFound(
      `${kind} ${options.name} was not found${namespace === undefined ? '' : ` in namespace ${namespace}: another one is named with -n, all with -A`}`,
    );
  return inFormat(kind, found, options.output, now);
}

function inFormat(kind: string, found: readonly Viewed[], format: Format | undefined, now: Date): string {
  switch (format) {
    case 'json':
      return JSON.stringify(found.map(readable), null, 2);
    case 'yaml':
      return found.map((one) => stringify(readable(one))).join('---\n');
    case 'name':
      return found.map(({ metadata }) => `${kindByName(kind)?.plural}.supercargo.dev/${metadata.name}`).join('\n');
    case 'wide':
    case undefined:
      return resourceTable(kind, found, now, format === 'wide');
  }
}

/** Without what the API server notes for itself: it is longer than all the rest, and kubectl leaves it out, too. */
function readable({ metadata, ...rest }: Viewed): object {
  const { managedFields: _noted, ...shown } = metadata;
  const { apiVersion, kind, ...others } = rest as typeof rest & { readonly apiVersion?: string };
  return { ...(apiVersion === undefined ? {} : { apiVersion }), kind, metadata: shown, ...others };
}
