import type { Rendered } from './rendered-chart.ts';

/** More objects than these are not named one by one. */
const FEW = 8;

/**
 * What is another in the second of two sets of objects, a line each: objects more ("+") or less ("-"), or a path, what
 * stands there now, and in which objects. Of policies, whose rules are long, that they are others. A path begins with
 * `container` in the first container of a pod, with `pod` elsewhere in its specification.
 */
export function differences(before: readonly Rendered[], after: readonly Rendered[]): string[] {
  const [old, now] = [byName(before), byName(after)];
  const changes = new Map<string, string[]>();
  const note = (change: string, { kind, metadata }: Rendered) => {
    const isPod = /^(Deployment|Job|Pod)$/.test(kind);
    const name = metadata.name.replace(/^(default\.)?supercargo-?/, '') || 'supercargo';
    changes.set(change, [...(changes.get(change) ?? []), isPod ? name : `${kind} ${name}`]);
  };
  for (const [name, object] of old) if (!now.has(name)) note('-', object);
  for (const [name, object] of now) {
    const was = old.get(name);
    if (!was) note('+', object);
    else if (object.kind !== 'ValidatingAdmissionPolicy')
      for (const path of new Set(pathsOf(asMaker(was), asMaker(object), ''))) note(path, object);
    else if (JSON.stringify(was) !== JSON.stringify(object)) note('other rules', object);
  }
  return [...changes].map(([change, of]) => `${of.length > FEW ? `${kindsOf(of)}` : of.join(', ')}: ${change}`);
}

/** A pod by itself in the shape of what makes pods. */
const asMaker = (object: Rendered): object =>
  object.kind === 'Pod' ? { metadata: object.metadata, spec: { template: { spec: object.spec } } } : object;

const byName = (objects: readonly Rendered[]) =>
  new Map(objects.map((object) => [`${object.kind} ${object.metadata.name}`, object]));

const kindsOf = (names: readonly string[]): string => [...new Set(names.map((name) => name.split(' ')[0]!))].join(', ');

function* pathsOf(old: unknown, now: unknown, path: string): Generator<string> {
  const [was, is] = [fieldsOf(old), fieldsOf(now)];
  if (!was || !is) {
    if (JSON.stringify(old) !== JSON.stringify(now))
      yield `${shorter(path)}=${now === undefined ? 'gone' : JSON.stringify(now)}`;
    return;
  }
  for (const name of new Set([...Object.keys(was), ...Object.keys(is)]))
    yield* pathsOf(was[name], is[name], path === '' ? name : `${path}.${name}`);
}

const shorter = (path: string): string =>
  path
    .replace(/^spec\.template\./, 'pod.')
    .replace(/^(pod\.)?spec\.containers\.[\w-]+\./, 'container.')
    .replace(/^pod\.spec\./, 'pod.')
    .replace(/\.rules\.\d+\./, '.rules.*.');

/**
 * Of a list the entries by their names, of variables their values, of a text that is JSON what it holds; undefined for
 * what has no parts.
 */
function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value === 'string' && value.startsWith('{') && value.endsWith('}') && !value.startsWith('{{'))
    return JSON.parse(value) as Record<string, unknown>;
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) return value as Record<string, unknown>;
  if (value.length === 0 || !value.every((one) => typeof one === 'object' && one !== null)) return undefined;
  type Named = { readonly name?: string; readonly value?: unknown };
  const entry = (one: Named) => ('value' in one && Object.keys(one).length === 2 ? one.value : one);
  return Object.fromEntries((value as Named[]).map((one, index) => [one.name ?? String(index), entry(one)]));
}
