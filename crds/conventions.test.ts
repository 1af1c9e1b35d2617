import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** The parts of a structural schema that the API conventions speak of. */
interface Schema {
  readonly description?: string;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-validations'?: readonly {
    rule: string;
    message?: string;
    messageExpression?: string;
    fieldPath?: string;
  }[];
}
interface Version {
  readonly name: string;
  readonly additionalPrinterColumns: readonly { readonly name: string; readonly jsonPath: string }[];
  readonly schema: { readonly openAPIV3Schema: Schema };
}
interface Crd {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec: { readonly names: { readonly kind: string }; readonly versions: readonly Version[] };
}

const FOLDER = join(import.meta.dirname, 'generated');
const CRDS = readdirSync(FOLDER).map((file) => parse(readFileSync(join(FOLDER, file), 'utf8')) as Crd);

/** Every schema of a CRD with its path; entries of lists and maps have a path of their own. */
function* schemas(schema: Schema, path: string): Generator<{ path: string; schema: Schema; isField: boolean }> {
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    yield { path: `${path}.${name}`, schema: child, isField: true };
    yield* schemas(child, `${path}.${name}`);
  }
  for (const child of [schema.items, schema.additionalProperties]) {
    if (typeof child !== 'object') continue;
    yield { path: `${path}[]`, schema: child, isField: false };
    yield* schemas(child, `${path}[]`);
  }
}

const ALL = CRDS.flatMap(({ spec }) =>
  spec.versions.flatMap(({ schema }) => [...schemas(schema.openAPIV3Schema, spec.names.kind)]),
);
/** Paths of schemas of which it is not so. */
const without = (isSo: (schema: Schema, path: string, isField: boolean) => boolean): string[] =>
  ALL.filter(({ schema, path, isField }) => !isSo(schema, path, isField)).map(({ path }) => path);
const OF_EVERY_KIND = /^\w+\.(apiVersion|kind|metadata)$/;

describe('every CRD keeps the API conventions', () => {
  it('is looked at', () => {
    expect(CRDS).toHaveLength(8);
    expect(ALL.length).toBeGreaterThan(400);
  });

  it('every field says what it is (the API server allows none on metadata)', () => {
    expect(
      without(({ description }, path, isField) => !isField || path.endsWith('.metadata') || Boolean(description)),
    ).toEqual([]);
  });

  it('every list says how it is merged, and has a bound', () => {
    expect(without((schema) => schema.type !== 'array' || schema['x-kubernetes-list-type'] !== undefined)).toEqual([]);
    expect(without(({ type, maxItems }) => type !== 'array' || maxItems !== undefined)).toEqual([]);
  });

  it('every integer says how large it can be', () => {
    const size = ({ minimum = 0, maximum = 2 ** 53 }: Schema) =>
      minimum >= -(2 ** 31) && maximum < 2 ** 31 ? 'int32' : 'int64';
    expect(without((schema) => schema.type !== 'integer' || schema.format === size(schema))).toEqual([]);
  });

  it('type and reason of every condition have the form that Kubernetes gives them', () => {
    const taken = (end: string, text: string) =>
      ALL.filter(({ path }) => path.endsWith(`.status.conditions[].${end}`)).map(({ schema: { pattern } }) =>
        new RegExp(pattern ?? '').test(text),
      );
    // Eight kinds in two versions.
    expect(taken('reason', 'TimedOut')).toEqual(Array(16).fill(true));
    for (const text of ['', 'it timed out', '9', 'no-dash', 'Ends:'])
      expect([text, new Set(taken('reason', text))]).toEqual([text, new Set([false])]);
    expect(taken('type', 'Ready')).toEqual(Array(16).fill(true));
    for (const text of ['', 'not ready', 'Ready-', 'a/b/c'])
      expect([text, new Set(taken('type', text))]).toEqual([text, new Set([false])]);
  });

  it('every text has a bound', () => {
    const isBounded = ({ type, maxLength, enum: values, format }: Schema) =>
      type !== 'string' || maxLength !== undefined || values !== undefined || format !== undefined;
    expect(without((schema, path) => OF_EVERY_KIND.test(path) || isBounded(schema))).toEqual([]);
  });

  it('no number is a floating point one', () => {
    expect(without(({ type }) => type !== 'number')).toEqual([]);
  });

  it('every duration has a bound on each of its numbers', () => {
    const rules = ALL.flatMap(({ path, schema }) =>
      (schema['x-kubernetes-validations'] ?? [])
        .filter(({ rule }) => rule.includes('d)?('))
        .map(({ rule }) => ({ path, rule })),
    );
    expect(rules.length).toBeGreaterThan(4);
    expect(rules.filter(({ rule }) => rule.includes('[0-9]+')).map(({ path }) => path)).toEqual([]);
  });

  it('every rule has words of its own, and one about several fields says which is to be mended', () => {
    const rules = ALL.flatMap(({ path, schema }) =>
      (schema['x-kubernetes-validations'] ?? []).map((rule) => ({ path, schema, ...rule })),
    );
    expect(rules.filter(({ message, messageExpression }) => !message && !messageExpression)).toEqual([]);
    // FeedRun: any of four fields may be the one too many.
    const several = rules.filter(
      ({ schema, rule, path }) =>
        schema.properties && rule !== 'self == oldSelf' && !(path === 'FeedRun.spec' && rule.startsWith('[')),
    );
    expect(several.length).toBeGreaterThan(4);
    expect(
      several.filter(({ fieldPath }) => fieldPath === undefined).map(({ path, rule }) => `${path}: ${rule}`),
    ).toEqual([]);
  });

  it('fieldPath names a field that there is', () => {
    const paths = new Set(ALL.map(({ path }) => path));
    const named = ALL.flatMap(({ path, schema }) =>
      (schema['x-kubernetes-validations'] ?? []).flatMap(({ fieldPath }) => (fieldPath ? [`${path}${fieldPath}`] : [])),
    );
    expect(named.filter((path) => !paths.has(path))).toEqual([]);
  });

  it('says in every version whether an object is ready, why, and since when', () => {
    const answers = [/^Ready$/, /^Reason$/, /^Message$/, /^(Since|Age)$/];
    const silent = CRDS.flatMap(({ spec }) =>
      spec.versions.flatMap(({ name, additionalPrinterColumns: columns }) =>
        answers
          .filter((answer) => !columns.some((column) => answer.test(column.name)))
          .map((answer) => `${spec.names.kind} ${name}: ${answer.source}`),
      ),
    );
    expect(silent).toEqual([]);
  });

  it('has in its columns fields that there are', () => {
    const paths = new Set(ALL.map(({ path }) => path));
    const shown = CRDS.flatMap(({ spec }) =>
      spec.versions.flatMap(({ additionalPrinterColumns }) =>
        // Of a list with a filter the list; of metadata the API server has the schema.
        additionalPrinterColumns.map(({ jsonPath }) => `${spec.names.kind}${jsonPath.replace(/\[\?.*/, '')}`),
      ),
    );
    expect(shown.length).toBeGreaterThan(100);
    expect(shown.filter((path) => !paths.has(path) && !/^\w+\.metadata\./.test(path))).toEqual([]);
  });

  it('is found by its label', () => {
    for (const { metadata } of CRDS) expect(metadata.labels).toEqual({ 'app.kubernetes.io/part-of': 'supercargo' });
  });
});
