import {
  execute,
  Kind,
  visit,
  type ArgumentNode,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import type { Desk } from '../desk/wire.ts';
import { filtered, rowsOf, type ListArgs, type Row } from './shopify-queries.ts';
import { edgesOf, type Obj } from './shopify-words.ts';

/** A bulk query gives all there is, whatever `first` says. */
const ALL: ArgumentNode = {
  kind: Kind.ARGUMENT,
  name: { kind: Kind.NAME, value: 'first' },
  value: { kind: Kind.INT, value: '2147483647' },
};

/** A file of JSON Lines, and how many objects and objects of the root are in it. */
export interface BulkFile {
  readonly text: string;
  readonly objects: number;
  readonly roots: number;
}

/**
 * What a bulk query finds, an object a line; one that lies in a connection of another names it as `__parentId`.
 * Grouped, it comes behind that one; else the lines of a level come together.
 */
export function bulkFile(schema: GraphQLSchema, desk: Desk, document: DocumentNode, grouped: boolean): BulkFile {
  const { orders, products, variants } = rowsOf(desk);
  const all = (field: string, rows: () => Row[]) => (args: ListArgs) => {
    const found = filtered(rows(), args.query, field, []).sort((a, b) => Number(a.id) - Number(b.id));
    return { edges: () => edgesOf(found.map(({ object }) => object())) };
  };
  const rootValue = {
    orders: all('orders', orders),
    products: all('products', products),
    productVariants: all('productVariants', variants),
  };
  const { data, errors } = execute({ schema, document: unbounded(document), rootValue }) as ExecutionResult<Obj>;
  if (errors?.[0]) throw errors[0];
  const levels: string[][] = [];
  for (const value of Object.values(data ?? {})) addLines(value, undefined, 0, grouped, levels);
  const lines = levels.flat();
  const roots = lines.filter((line) => !line.includes('"__parentId":')).length;
  return { text: lines.map((line) => `${line}\n`).join(''), objects: lines.length, roots };
}

const unbounded = (document: DocumentNode): DocumentNode =>
  visit(document, {
    Field: (field) => {
      if (!field.selectionSet?.selections.some((each) => each.kind === Kind.FIELD && each.name.value === 'edges'))
        return undefined;
      const others = (field.arguments ?? []).filter(({ name }) => !['first', 'after'].includes(name.value));
      return { ...field, arguments: [...others, ALL] };
    },
  });

function addLines(
  connection: unknown,
  parent: string | undefined,
  depth: number,
  grouped: boolean,
  levels: string[][],
): void {
  for (const { node } of (connection as { readonly edges: readonly { readonly node: Obj }[] }).edges) {
    const inner: unknown[] = [];
    const object = withoutConnections(node, inner);
    const level = grouped ? 0 : depth;
    (levels[level] ??= []).push(
      JSON.stringify(parent === undefined ? object : { ...(object as Obj), __parentId: parent }),
    );
    for (const each of inner) addLines(each, node['id'] as string, depth + 1, grouped, levels);
  }
}

/** The object as a line has it; connections go to `found`. */
function withoutConnections(value: unknown, found: unknown[]): unknown {
  if (Array.isArray(value)) return value.map((each) => withoutConnections(each, found));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]: [string, unknown]): [string, unknown][] => {
      if (inner === null || typeof inner !== 'object' || !('edges' in inner))
        return [[key, withoutConnections(inner, found)]];
      found.push(inner);
      return [];
    }),
  );
}
