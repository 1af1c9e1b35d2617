import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { KINDS, VERSIONS } from '../index.ts';
import { customResourceDefinition } from '../schema/crd.ts';
import { incompatibilities, WIDENED, type Crd } from './compatible.ts';
import { isPromised, promised } from './keep.ts';

const VERSION = 'v1beta1';
const SPEC = 'spec.versions.0.schema.openAPIV3Schema.properties.spec';
const FIELDS = `${SPEC}.properties`;
const STATUS = 'spec.versions.0.schema.openAPIV3Schema.properties.status.properties';
type Node = Record<string, unknown>;

const current = (plural: string): Crd =>
  structuredClone(customResourceDefinition(KINDS.find((kind) => kind.plural === plural)!)) as unknown as Crd;

/** What is said of the Feed of today after changes: what stands at a path is another value, or gone. */
function changed(...changes: readonly (readonly [path: string, value: unknown])[]): string[] {
  const [before, after] = [current('feeds'), current('feeds')];
  for (const [path, value] of changes) {
    const keys = path.split('.');
    const last = keys.pop()!;
    const holder = keys.reduce<Node>((node, key) => node[key] as Node, after as unknown as Node);
    if (value === undefined) delete holder[last];
    else holder[last] = value;
  }
  return incompatibilities(before, after, VERSION);
}

it('what is promised is kept by every kind of today: else give the change a version of its own', async () => {
  const kept = await promised();
  expect([...kept.keys()].sort()).toEqual(KINDS.map(({ plural }) => plural).sort());
  const broken = VERSIONS.filter(({ name }) => isPromised(name)).flatMap(({ name }) =>
    [...kept].flatMap(([plural, before]) =>
      incompatibilities(before, current(plural), name).map((line) => `${plural}: ${line}`),
    ),
  );
  expect(broken).toEqual([]);
});

describe('a change that breaks who wrote against the release before is refused', () => {
  const rules = [{ rule: "self != '1d'" }];
  it.each<[string, string, unknown, string]>([
    ['a field goes', `${FIELDS}.freshness`, undefined, 'spec.freshness is gone'],
    ['one in a field', `${FIELDS}.connectionRef.properties.name`, undefined, 'spec.connectionRef.name is gone'],
    ['one of the status', `${STATUS}.lastRun`, undefined, 'status.lastRun is gone'],
    ['another type', `${FIELDS}.freshness.type`, 'integer', 'spec.freshness: type was "string", is "integer"'],
    ['another pattern', `${FIELDS}.freshness.pattern`, '^1d$', 'spec.freshness: pattern was'],
    ['a default', `${FIELDS}.suspend.default`, true, 'spec.suspend: default was absent, is true'],
    ['a shorter text', `${FIELDS}.freshness.maxLength`, 1, 'spec.freshness: maxLength was'],
    ['a longer text', `${FIELDS}.freshness.minLength`, 9, 'spec.freshness: minLength was'],
    [
      'what must be there',
      `${SPEC}.required`,
      ['connectionRef', 'type', 'freshness'],
      'spec.freshness is required now',
    ],
    ['values less', `${FIELDS}.type.enum`, ['StockExport'], 'spec.type does not take "OrderImport" any more'],
    ['values where any was taken', `${FIELDS}.schedule.enum`, ['5m'], 'spec.schedule takes only some values now'],
    ['only some numbers', `${FIELDS}.batchSize.multipleOf`, 10, 'spec.batchSize: multipleOf was absent, is 10'],
    ['all but one', `${FIELDS}.type.not`, { enum: ['StockCheck'] }, 'spec.type: not was absent'],
    [
      'fields that are kept unread',
      `${STATUS}.lastRun.x-kubernetes-preserve-unknown-fields`,
      true,
      'was absent, is true',
    ],
    ['a pattern', `${FIELDS}.freshness.pattern`, '^5m$', 'spec.freshness: pattern was absent'],
    ['a smaller number', `${FIELDS}.batchSize.format`, 'int8', 'format was "int32", is "int8"'],
    ['a rule', `${FIELDS}.freshness.x-kubernetes-validations`, rules, 'spec.freshness has a rule that it had not'],
    ['lists merged otherwise', `${FIELDS}.type.x-kubernetes-list-type`, 'set', 'x-kubernetes-list-type was absent'],
    ['a version is not served', 'spec.versions.0.served', false, 'v1beta1 is not served any more'],
    ['another scope', 'spec.scope', 'Cluster', 'scope was Namespaced'],
    ['another kind', 'spec.names.kind', 'Flow', 'kind was Feed'],
    ['a short name goes', 'spec.names.shortNames', [], 'short name scfeed is gone'],
    ['another singular', 'spec.names.singular', 'flow', 'singular was feed'],
    ['another kind of list', 'spec.names.listKind', 'Flows', 'listKind was FeedList'],
    ['a category goes', 'spec.names.categories', [], 'category supercargo is gone'],
    ['one of several shapes', `${FIELDS}.schedule.anyOf`, [{ pattern: '^5m$' }], 'spec.schedule: anyOf was absent'],
    ['what must not be', `${FIELDS}.schedule.not`, { pattern: '^5m$' }, 'spec.schedule: not was absent'],
    ['no status apart', 'spec.versions.0.subresources', {}, 'the subresource status is gone'],
    ['no selecting', 'spec.versions.0.selectableFields', [], '.spec.type cannot be selected by any more'],
  ])('%s', (_, path, value, line) => {
    expect(changed([path, value]).join('\n')).toContain(line);
  });

  it('a version that is stored as soon as it is there', () => {
    const after = current('feeds');
    const [first] = after.spec.versions;
    const versions = [
      { ...first!, name: 'v1', storage: true },
      ...after.spec.versions.map((one) => ({ ...one, storage: false })),
    ];
    const said = incompatibilities(current('feeds'), { ...after, spec: { ...after.spec, versions } }, VERSION);
    expect(said).toEqual(['v1 is stored, which the release before does not serve: its CRDs could not be put back']);
  });
});

describe('a change that breaks nobody is taken', () => {
  const rule = { rule: "!has(self.extra) || self.type == 'OrderImport'" };
  it.each<[string, readonly (readonly [string, unknown])[]]>([
    ['a new field', [[`${FIELDS}.extra`, { type: 'string', maxLength: 5 }]]],
    [
      'a new field with a rule',
      [
        [`${FIELDS}.extra`, { type: 'string' }],
        [`${SPEC}.x-kubernetes-validations`, [rule]],
      ],
    ],
    ['a new field of the status', [[`${STATUS}.extra`, { type: 'string' }]]],
    ['the pattern of what our parts write', [[`${STATUS}.conditions.items.properties.message.pattern`, '^[A-Z]']]],
    ['a longer text', [[`${FIELDS}.freshness.maxLength`, 10_000]]],
    ['more values', [[`${FIELDS}.type.enum`, undefined]]],
    ['what need not be there any more', [[`${SPEC}.required`, ['type']]]],
    ['a rule less', [[`${FIELDS}.connectionRef.properties.name.x-kubernetes-validations`, []]]],
    ['other words', [[`${FIELDS}.freshness.description`, 'How old its data may be.']]],
    ['another column', [['spec.versions.0.additionalPrinterColumns', []]]],
    [
      'the old version goes, of which nothing is promised, once nothing is stored in it',
      [['spec.versions.1.served', false]],
    ],
  ])('%s', (_, changes) => {
    expect(changed(...changes)).toEqual([]);
  });
});

describe('a rule in place of one that refused more', () => {
  /** The pattern of a rule that asks nothing else. */
  const patternOf = (rule: string): RegExp => {
    const [, pattern] = /^string\(self\)\.matches\('(.*)'\)$/.exec(rule) ?? [];
    if (pattern === undefined) throw new Error(`a rule of another form, which has to be tried otherwise: ${rule}`);
    return new RegExp(pattern.replaceAll('\\\\', '\\'));
  };

  it.each([...WIDENED])('%s takes all that %s took', (now, before) => {
    fc.assert(fc.property(fc.stringMatching(patternOf(before)), (text) => patternOf(now).test(text)));
  });

  it('is a rule of today', () => {
    const today = JSON.stringify(KINDS.map(({ plural }) => current(plural)));
    for (const rule of WIDENED.keys()) expect(today).toContain(JSON.stringify(rule));
  });
});
