import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIGURES } from '../hub/figures.ts';
import { metricDefinitions } from './metrics-reference.ts';

interface Dashboard {
  readonly title: string;
  readonly templating: { readonly list: readonly { readonly name: string; readonly includeAll?: boolean }[] };
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string; readonly legendFormat?: string }[];
  }[];
}

const FOLDER = join(import.meta.dirname, 'supercargo', 'files', 'dashboards');
const QUERIES = readdirSync(FOLDER).flatMap((file) => {
  const board = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Dashboard;
  const isOfOne = board.templating.list.some(({ name, includeAll }) => name === 'connection' && !includeAll);
  return board.panels.flatMap(({ title, targets = [] }) =>
    targets.map((target) => ({ where: `${board.title} / ${title}: ${target.expr}`, isOfOne, ...target })),
  );
});
/** Where it is not so. */
const without = (isSo: (query: (typeof QUERIES)[number]) => boolean): string[] =>
  QUERIES.filter((query) => !isSo(query)).map(({ where }) => where);

const LABELS = new Map(
  Object.values(metricDefinitions()).flatMap((all) => all.map(({ name, labels }) => [name, labels] as const)),
);
/** Metrics of ours with what a query asks of their labels; a histogram is asked for by one of its parts. */
function selectors(expr: string) {
  return [...expr.matchAll(/\b([a-z]\w+_\w+)(?:\{([^}]*)\})?/g)].flatMap(([, name, asked = '']) => {
    const labels = LABELS.get(name!) ?? LABELS.get(name!.replace(/_bucket$/, ''));
    return labels ? [{ name: name!, labels, asked }] : [];
  });
}
const listsOf = (expr: string): string[][] =>
  [...expr.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].map(([, list]) => list!.split(', '));

describe('every query of the dashboards', () => {
  it('is looked at', () => {
    expect(QUERIES.length).toBeGreaterThan(80);
    expect(without(({ expr }) => selectors(expr).length > 0 || /^max by \(pod\)|process_|nodejs_/.test(expr))).toEqual(
      [],
    );
  });

  it('keeps two of one name in two namespaces apart', () => {
    const named = /^(connection|name|store|endpoint)$/;
    const ofMany = ({ expr }: { expr: string }) =>
      selectors(expr).every(({ labels }) => labels.includes('namespace')) && /\bby \(/.test(expr);
    expect(
      without(
        (query) =>
          query.isOfOne ||
          !ofMany(query) ||
          listsOf(query.expr).every((list) => list.includes('namespace') || !list.some((label) => named.test(label))),
      ),
    ).toEqual([]);
  });

  it('asks for the chosen namespace, and on the board of one connection for that connection', () => {
    const asks = (label: string, asked: string) => new RegExp(`\\b${label}=~?"\\$${label}"`).test(asked);
    // What is joined to it by namespace and name is of the chosen one, too.
    const first = (expr: string) => selectors(expr.split(/ (?:and|unless) on /)[0]!);
    const isAsked = (label: string) => (query: (typeof QUERIES)[number]) =>
      first(query.expr).every(({ labels, asked }) => !labels.includes(label) || asks(label, asked));
    expect(without(isAsked('namespace'))).toEqual([]);
    expect(without((query) => !query.isOfOne || isAsked('connection')(query))).toEqual([]);
  });

  it('takes once what every replica of the hub says of the one database', () => {
    const figures = new Set(FIGURES.map(({ name }) => name));
    const once = (expr: string, name: string) =>
      [...expr.matchAll(new RegExp(`.*?\\b${name}\\b`, 'g'))].every(([before]) =>
        /\bmax(?: by \([^)]*\))? ?\((?:clamp_min\(delta\()?\w+$/.test(before),
      );
    expect(without(({ expr }) => selectors(expr).every(({ name }) => !figures.has(name) || once(expr, name)))).toEqual(
      [],
    );
  });

  it('has in its legend only labels that it leaves', () => {
    const left = (expr: string) => listsOf(expr.split(/ (?:and|unless) on /)[0]!)[0] ?? [];
    expect(
      without(({ expr, legendFormat = '' }) =>
        [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].every(([, label]) => left(expr).includes(label!)),
      ),
    ).toEqual([]);
  });
});
