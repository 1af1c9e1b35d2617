import {
  getNamedType,
  isListType,
  isNonNullType,
  Kind,
  OperationTypeNode,
  parse,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FieldNode,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';

const MOST_CONNECTIONS = 5;
const DEEPEST = 2;
const EDGES =
  "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: 'products { edges { node {'. Selecting via 'nodes' is not supported. Invalid connection fields:";

/**
 * The document of a bulk query, or what Shopify says against it: its words are as recorded at its version 2026-04
 * (bulk-operation-run-query-validators).
 */
export function bulkDocument(schema: GraphQLSchema, text: string): DocumentNode | string {
  let document: DocumentNode;
  try {
    document = parse(text);
  } catch (error) {
    return `Invalid bulk query: ${(error as Error).message}`;
  }
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION || operation.operation !== OperationTypeNode.QUERY)
    return 'Invalid operation type. Only `query` operations are supported.';
  const [invalid] = validate(schema, document);
  if (invalid) return `Invalid bulk query: ${invalid.message}`;
  const roots = operation.selectionSet.selections.flatMap((each) =>
    each.kind === Kind.FIELD ? [each.name.value] : [],
  );
  if (roots.includes('node')) return 'Bulk queries cannot contain a top level `node` field.';
  return problemOf(connectionsOf(schema, document)) ?? document;
}

interface Connection {
  readonly field: FieldNode;
  readonly depth: number;
  readonly inList: boolean;
  /** The connection that it lies in. */
  readonly parent: Connection | undefined;
}

function problemOf(connections: readonly Connection[]): string | undefined {
  if (connections.length === 0) return 'Bulk queries must contain at least one connection.';
  const byNodes = connections.filter(({ field }) => !selectionOf(field, 'edges'));
  if (byNodes.length > 0) return `${EDGES} '${byNodes.map(({ field }) => field.name.value).join("', '")}'.`;
  if (connections.length > MOST_CONNECTIONS)
    return `Bulk queries cannot contain more than ${MOST_CONNECTIONS} connections.`;
  if (connections.some(({ depth }) => depth > DEEPEST))
    return `Bulk queries cannot contain connections with a nesting depth greater than ${DEEPEST}.`;
  if (connections.some(({ inList }) => inList))
    return 'Queries that contain a connection field within a list field are not currently supported.';
  const nameless = connections.find(({ parent }) => parent && !hasId(parent.field))?.parent;
  return nameless
    ? `The parent 'node' field for a nested connection must select the 'id' field without an alias and must be of 'ID' return type. Connection fields without 'id': ${nameless.field.name.value}.`
    : undefined;
}

function selectionOf(field: FieldNode | undefined, name: string): FieldNode | undefined {
  return field?.selectionSet?.selections.find(
    (each): each is FieldNode => each.kind === Kind.FIELD && each.name.value === name,
  );
}

function hasId(connection: FieldNode): boolean {
  const id = selectionOf(selectionOf(selectionOf(connection, 'edges'), 'node'), 'id');
  return id !== undefined && id.alias === undefined;
}

function connectionsOf(schema: GraphQLSchema, document: DocumentNode): Connection[] {
  const found: Connection[] = [];
  const open: (Connection | 'list' | undefined)[] = [];
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      Field: {
        enter(field) {
          const type = types.getType();
          const around = open.findLast((each): each is Connection => typeof each === 'object');
          if (!type || !getNamedType(type).name.endsWith('Connection')) {
            open.push(type && isList(type) && field.name.value !== 'edges' ? 'list' : undefined);
            return;
          }
          const inList = open.includes('list');
          const connection = { field, inList, parent: around, depth: around ? around.depth + 1 : 0 };
          found.push(connection);
          open.push(connection);
        },
        leave: () => void open.pop(),
      },
    }),
  );
  return found;
}

const isList = (type: GraphQLOutputType): boolean => isListType(isNonNullType(type) ? type.ofType : type);
