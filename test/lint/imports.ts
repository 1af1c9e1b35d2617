/** Refuses circles of files and of folders, and imports between the rooms of hub/ that its table does not allow. */
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { join } from 'node:path';

/** What each top folder of the product is; eslint.config.js says which of them may import which. */
const FOLDERS = ['kit', 'model', 'crds', 'drivers', 'sync', 'hub', 'operator', 'simulator', 'drill', 'cli'];

/**
 * What each room of hub/ may import of hub/. Files at hub/'s root put the rooms together and may import all of them.
 */
export const HUB_ROOMS: Readonly<Record<string, readonly string[]>> = {
  base: ['storage', 'stores'],
  storage: [],
  backup: ['problems', 'storage'],
  auth: ['base'],
  stores: ['storage'],
  problems: ['base', 'storage'],
  records: ['base', 'storage', 'stores'],
  runs: ['base', 'problems', 'storage', 'stores'],
  orders: ['base', 'problems', 'records', 'storage', 'stores'],
  exports: ['base', 'orders', 'prices', 'stock'],
  outbox: ['base', 'orders', 'problems', 'runs', 'storage', 'stores'],
  prices: ['base', 'outbox', 'storage', 'stores'],
  stock: ['base', 'outbox', 'problems', 'storage', 'stores'],
  webhooks: ['base', 'orders', 'problems', 'storage', 'stores'],
  inbound: ['base', 'http', 'retention', 'runs', 'storage', 'stores'],
  http: ['auth', 'base', 'storage', 'stores'],
  pods: [
    'auth',
    'base',
    'exports',
    'http',
    'inbound',
    'orders',
    'outbox',
    'problems',
    'records',
    'runs',
    'stock',
    'storage',
    'stores',
  ],
  retention: ['problems', 'storage', 'stores'],
  rest: [
    'base',
    'exports',
    'http',
    'orders',
    'outbox',
    'prices',
    'problems',
    'retention',
    'runs',
    'stock',
    'storage',
    'stores',
    'webhooks',
  ],
};

/** An import of one file by another, both as paths from the repository's root. */
export interface Import {
  readonly from: string;
  readonly to: string;
}

/** All imports between files of the product, of types too. */
export async function importsOf(root: string, folders: readonly string[] = FOLDERS): Promise<Import[]> {
  const { output } = await cruise([...folders], {
    baseDir: root,
    exclude: { path: String.raw`\.test\.ts$|(^|/)node_modules/` },
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
  });
  return (output as ICruiseResult).modules.flatMap(({ source, dependencies }) =>
    dependencies
      .filter(
        ({ resolved, coreModule, couldNotResolve }) =>
          !coreModule && !couldNotResolve && folders.some((folder) => resolved.startsWith(`${folder}/`)),
      )
      .map(({ resolved }) => ({ from: source, to: resolved })),
  );
}

/** One sentence for each thing that is wrong; none: all is well. Pure. */
export function findings(imports: readonly Import[]): string[] {
  const files = circles(imports).map(
    (circle) => `circle of files: ${circle.join(' -> ')}. Move the types that both need to a file of their own`,
  );
  const rooms = circles(
    imports.map(({ from, to }) => ({ from: roomOf(from), to: roomOf(to) })).filter(({ from, to }) => from !== to),
  )
    .filter((circle) => circle.some((room) => !room.endsWith('.ts')))
    .map((circle) => `circle of folders: ${circle.join(' -> ')} (${examples(circle, imports)})`);
  return [...files, ...rooms, ...forbidden(imports)];
}

/** A folder of a top folder is one room, however deep; a file at the root of a top folder stands for itself. */
function roomOf(file: string): string {
  const [top, room, ...rest] = file.split('/');
  return rest.length > 0 ? `${top}/${room}` : file;
}

function forbidden(imports: readonly Import[]): string[] {
  return imports.flatMap(({ from, to }) => {
    const [own, other] = [hubRoom(from), hubRoom(to)];
    if (own === undefined || own === other) return [];
    const allowed = HUB_ROOMS[own];
    if (allowed === undefined)
      return [`hub/${own} is not in the table HUB_ROOMS of test/lint/imports.ts: say there what it may import`];
    if (other === undefined)
      return to.startsWith('hub/')
        ? [`${from} imports ${to}: a room does not import what puts the rooms together`]
        : [];
    return allowed.includes(other)
      ? []
      : [
          `${from} imports ${to}: hub/${own} may import ${allowed.length > 0 ? `only ${allowed.join(', ')}` : 'nothing'} of hub/`,
        ];
  });
}

function hubRoom(file: string): string | undefined {
  const [top, room, ...rest] = file.split('/');
  return top === 'hub' && rest.length > 0 ? room : undefined;
}

function examples(circle: readonly string[], imports: readonly Import[]): string {
  return circle
    .slice(1)
    .flatMap((to, index) =>
      imports
        .filter((one) => roomOf(one.from) === circle[index] && roomOf(one.to) === to)
        .slice(0, 1)
        .map((one) => `${one.from} imports ${one.to}`),
    )
    .join(', ');
}

/** A shortest way from each node of the graph back to itself; one for each set of nodes. */
function circles(edges: readonly Import[]): string[][] {
  const targets = new Map<string, Set<string>>();
  for (const { from, to } of edges) targets.set(from, (targets.get(from) ?? new Set()).add(to));
  const found = new Map<string, string[]>();
  for (const start of [...targets.keys()].sort()) {
    const way = shortestWayBack(start, targets);
    if (way) found.set([...new Set(way)].sort().join('\n'), found.get([...new Set(way)].sort().join('\n')) ?? way);
  }
  return [...found.values()];
}

function shortestWayBack(start: string, targets: ReadonlyMap<string, ReadonlySet<string>>): string[] | undefined {
  const before = new Map<string, string>();
  const queue = [start];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    for (const next of targets.get(at) ?? []) {
      if (next === start) return wayTo(at, before, start);
      if (!before.has(next)) {
        before.set(next, at);
        queue.push(next);
      }
    }
  }
  return undefined;
}

function wayTo(end: string, before: ReadonlyMap<string, string>, start: string): string[] {
  const way = [start];
  for (let at: string | undefined = end; at !== undefined && at !== start; at = before.get(at)) way.splice(1, 0, at);
  return [...way, start];
}

if (import.meta.main) {
  const found = findings(await importsOf(join(import.meta.dirname, '..', '..')));
  for (const finding of found) console.error(finding);
  if (found.length > 0) process.exitCode = 1;
}
