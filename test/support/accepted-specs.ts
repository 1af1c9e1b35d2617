import fc from 'fast-check';
import { validateResource, API_VERSION, type KindDefinition } from '../../crds/index.ts';
import { parseRule } from '../../crds/schema/cel.ts';
import { storable } from '../../crds/schema/storable.ts';
import { structuralSchema, type JsonSchema } from '../../crds/schema/structural.ts';

/**
 * Texts that have the form of something and may be none: who parses them later must not be surprised. Each field gets
 * those that its schema takes.
 */
const ODD = [
  ...['a', 'a-b.c', 'x'.repeat(63), 'y'.repeat(253), 'A_b.c', '0', '1', '-1', 'shop', 'main'],
  ...['__proto__', 'constructor', 'toString', '\u202e', '😀', '\u0001', 'a\nb', `'"`, '{{x}}', '$1', '%s', ' ', ''],
  ...['10.0.0.0/8', '::/0', '0.0.0.0/0', 'fd00::/8', '999.1.1.1/8', '10.0.0.0/33', '127.0.0.0/33', '010.0.0.0/8'],
  ...['1.2.3.4/08', '::ffff:10.0.0.0/104', 'fe80::1%eth0/64', '10.0.0.1/8', '1/8', '::1/128', '127.0.0.0/8'],
  ...['http://localhost:3999/hook', 'http://[bad/', 'http://[::1]/', 'http://a:99999/', 'http://a:0/', 'http://%zz/'],
  ...['http://xn--/', 'https://ex ample', 'http://a..b/', 'http://1.2.3.4.5/', 'http://0x7f.1/', 'HTTP://a/'],
  ...[
    'http://256.256.256.256/',
    'https://-/',
    'https://ünïcode.example/',
    'http://a/%',
    'http://a\u0001b/',
    'https://',
  ],
  ...['http://169.254.169.254/', 'http://10.9.8.7/', 'https://a.b:443?#', 'http://a:/', 'http://[::ffff:7f00:1]/'],
  ...['* * * * *', '99 99 * * *', '*/0 * * * *', '0 0 31 2 *', '5-1 * * * *', '0 0 * * 8', '0 0 0 0 0', '@hourly'],
  ...['0 0 * abc xyz', '0 0 1 jan mon-fri', '*/99999999999 * * * *', '1,2,3/4 * * * *', '0-59/0 * * * *'],
  ...['UTC', 'Europe/Berlin', 'Mars/Olympus', 'Etc/GMT+5', 'A/B/C', 'America/Argentina/Ushuaia'],
  ...['2026-01-01T00:00:00Z', '2026-99-99T99:99:99Z', '0000-00-00T00:00:00Z', '9999-12-31T23:59:59Z'],
  ...[
    '2026-02-30T10:00:00+99:99',
    '2026-01-01T00:00:00.123456789Z',
    '2026-01-01T24:00:00-23:59',
    '2026-04-31T00:00:00Z',
  ],
  ...['1s', '0s', '5m', '9999d99999h9999999m999999999s', '100m', '99999999999999999999', '0.0000000001Gi', '1.5Gi'],
  ...['9999999999999999999G', '*.shop.example', 'shop.example:99999', '[::1]:443', '1.2.3.4', 'shop.example:0'],
];

/** Of what a driver's schema looks at: anything that YAML can say, and addresses. */
const freeForm = fc.dictionary(
  fc.oneof(fc.constantFrom('url', 'region', '__proto__'), fc.string({ maxLength: 8 })),
  fc.oneof(fc.constantFrom(...ODD), fc.jsonValue({ maxDepth: 2 })),
  { maxKeys: 4 },
);

/** Specs that the schema and the rules of a kind accept, as an API server does; its optional fields come and go. */
export function acceptedSpecs<T>(kind: KindDefinition): fc.Arbitrary<T> {
  const any = valueOf(storable(structuralSchema(kind.spec)));
  return any.filter(
    (spec) =>
      validateResource(kind, { apiVersion: API_VERSION, kind: kind.kind, metadata: { name: 'x' }, spec }).length === 0,
  ) as fc.Arbitrary<T>;
}

function valueOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const { type, enum: words } = schema;
  if (words) return fc.constantFrom(...(words as unknown[]));
  if (schema['x-kubernetes-preserve-unknown-fields']) return freeForm;
  if (type === 'boolean') return fc.boolean();
  if (type === 'integer' || type === 'number') return numberOf(schema);
  if (type === 'array') return listOf(schema);
  return type === 'object' ? objectOf(schema) : textOf(schema);
}

function numberOf({ minimum = 0, maximum = 2 ** 31 }: JsonSchema): fc.Arbitrary<number> {
  const [min, max] = [minimum as number, maximum as number];
  return fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max }));
}

function listOf(schema: JsonSchema): fc.Arbitrary<unknown[]> {
  const item = valueOf(schema['items'] as JsonSchema);
  const size = { minLength: (schema['minItems'] as number | undefined) ?? 0, maxLength: 3 };
  const listType = schema['x-kubernetes-list-type'];
  if (listType === 'set') return fc.uniqueArray(item, size);
  const keys = schema['x-kubernetes-list-map-keys'] as string[] | undefined;
  if (!keys) return fc.array(item, size);
  return fc.uniqueArray(item as fc.Arbitrary<Record<string, unknown>>, {
    ...size,
    selector: (one) => JSON.stringify(keys.map((key) => one[key])),
  });
}

function objectOf(schema: JsonSchema): fc.Arbitrary<object> {
  const rest = schema['additionalProperties'] as JsonSchema | undefined;
  if (rest) return fc.dictionary(textOf({}), valueOf(rest), { maxKeys: 3 });
  const fields = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>);
  return fc.record(Object.fromEntries(fields.map(([name, field]) => [name, valueOf(field)])), {
    requiredKeys: (schema['required'] as string[] | undefined) ?? [],
  });
}

function textOf(schema: JsonSchema): fc.Arbitrary<string> {
  const {
    minLength = 0,
    maxLength = 300,
    pattern,
  } = schema as { minLength?: number; maxLength?: number; pattern?: string };
  const rules = ((schema['x-kubernetes-validations'] ?? []) as { rule: string }[])
    .filter(({ rule }) => !rule.includes('oldSelf'))
    .map(({ rule }) => parseRule(rule));
  const fits = (text: string) =>
    text.length >= minLength &&
    text.length <= maxLength &&
    text.isWellFormed() &&
    (pattern === undefined || new RegExp(pattern).test(text)) &&
    rules.every((rule) => rule({ self: text }) === true);
  const odd = ODD.filter(fits);
  if (odd.length === 0) throw new Error(`no text of ODD fits ${JSON.stringify(schema)}: add some`);
  const plain = fc
    .string({ unit: 'grapheme', minLength, maxLength: Math.max(minLength, Math.min(maxLength, 12)) })
    .filter(fits);
  return fits('\u0001') || fits('a b') ? fc.oneof(fc.constantFrom(...odd), plain) : fc.constantFrom(...odd);
}
