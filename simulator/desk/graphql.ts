import {
  Kind,
  OperationTypeNode,
  parse,
  valueFromASTUntyped,
  type FieldNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** An entry of `errors`; thrown by whoever answers a field. */
export class GraphqlFault extends Error {
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

export type Variables = Readonly<Record<string, unknown>>;
/** Answers a field of the root with the whole object: what was not selected is cut off. */
export type RootField = (args: Variables) => unknown;

export interface Operation {
  readonly writes: boolean;
  /** Throws what a field throws, with the name under which it was asked for. */
  run(fields: Readonly<Record<string, RootField>>): Readonly<Record<string, unknown>>;
}

/** What a field threw. */
export class FieldFailed extends Error {
  readonly field: string;

  constructor(field: string, cause: unknown) {
    super('a field failed', { cause });
    this.field = field;
  }
}

/** An operation of GraphQL without a schema: what an object does not have cannot be asked for. */
export function operationOf(document: string, variables: Variables): Operation {
  const operation = definitionIn(document);
  const given = { ...defaultsOf(operation), ...variables };
  return {
    writes: operation.operation === OperationTypeNode.MUTATION,
    run(fields) {
      const data: Record<string, unknown> = {};
      for (const field of fieldsOf(operation.selectionSet, undefined, given)) {
        const [key, name] = [keyOf(field), field.name.value];
        try {
          const answer = fields[name];
          if (!answer) throw new GraphqlFault(`Cannot query field "${name}"`, 'GRAPHQL_VALIDATION_FAILED');
          const args = Object.fromEntries(
            (field.arguments ?? []).map((each) => [each.name.value, valueFromASTUntyped(each.value, given)]),
          );
          data[key] = cut(answer(args), field.selectionSet, given);
        } catch (error) {
          throw new FieldFailed(key, error);
        }
      }
      return data;
    },
  };
}

function definitionIn(document: string): OperationDefinitionNode {
  try {
    const found = parse(document).definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION);
    if (found) return found;
  } catch {
    // Said below.
  }
  throw new GraphqlFault('Syntax Error', 'GRAPHQL_PARSE_FAILED');
}

function defaultsOf({ variableDefinitions }: OperationDefinitionNode): Variables {
  return Object.fromEntries(
    (variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );
}

const keyOf = ({ alias, name }: FieldNode): string => alias?.value ?? name.value;

/** Fields that are selected of an object, those of fitting fragments too, without those that a directive leaves out. */
function fieldsOf(selection: SelectionSetNode, value: Variables | undefined, variables: Variables): FieldNode[] {
  return selection.selections.flatMap((each) => {
    const excluded = (each.directives ?? []).some(({ name, arguments: args }) => {
      const holds = valueFromASTUntyped(args![0]!.value, variables);
      return name.value === 'include' ? !holds : holds;
    });
    if (excluded) return [];
    if (each.kind === Kind.FIELD) return [each];
    if (each.kind !== Kind.INLINE_FRAGMENT)
      throw new GraphqlFault('named fragments are not played here', 'GRAPHQL_VALIDATION_FAILED');
    return isOf(value, each.typeCondition?.name.value) ? fieldsOf(each.selectionSet, value, variables) : [];
  });
}

/** Of the type itself, or of an interface that the object says it has. */
function isOf(value: Variables | undefined, type: string | undefined): boolean {
  return (
    type === undefined ||
    value?.['__typename'] === type ||
    (value?.['__interfaces'] as readonly string[] | undefined)?.includes(type) === true
  );
}

function cut(value: unknown, selection: SelectionSetNode | undefined, variables: Variables): unknown {
  if (selection === undefined || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((each) => cut(each, selection, variables));
  const object = value as Variables;
  return Object.fromEntries(
    fieldsOf(selection, object, variables).map((field) => {
      const inner = object[field.name.value];
      if (inner === undefined)
        throw new GraphqlFault(`Cannot query field "${field.name.value}"`, 'GRAPHQL_VALIDATION_FAILED');
      return [keyOf(field), cut(inner, field.selectionSet, variables)];
    }),
  );
}
