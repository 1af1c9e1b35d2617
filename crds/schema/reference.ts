import { API_VERSION, type KindDefinition } from './define.ts';
import type { Rule } from './rules.ts';
import { structuralSchema, type JsonSchema } from './structural.ts';

/**
 * The reference page of a kind in Markdown: every field, its type, whether it is required, what it means and its rules.
 */
export function referencePage(definition: KindDefinition): string {
  return [
    `# ${definition.kind}`,
    '',
    '<!-- Generated from crds/kinds by `npm run generate`. Do not edit. -->',
    '',
    definition.description,
    '',
    `\`apiVersion: ${API_VERSION}\`, ${definition.scope.toLowerCase()}, short name \`${definition.shortNames.join('`, `')}\`.`,
    '',
    '## spec',
    '',
    ...table(structuralSchema(definition.spec)),
    '',
    '## status',
    '',
    ...table(structuralSchema(definition.status)),
    '',
  ].join('\n');
}

function table(schema: JsonSchema): string[] {
  const rows = fieldRows(schema, '');
  const rules = ownRules(schema).map((rule) => `- ${rule}`);
  return [
    '| field | type | required | meaning |',
    '|---|---|---|---|',
    ...rows,
    ...(rules.length ? ['', 'Rules:', ...rules] : []),
  ];
}

function fieldRows(schema: JsonSchema, prefix: string): string[] {
  const required = new Set((schema['required'] as string[] | undefined) ?? []);
  const properties = (schema['properties'] as Record<string, JsonSchema> | undefined) ?? {};
  return Object.entries(properties).flatMap(([name, property]) => {
    const path = `${prefix}${name}`;
    const meaning = [property['description'], ...ownRules(property)].filter(Boolean).join(' ');
    const row = `| \`${path}\` | ${typeName(property)} | ${required.has(name) ? 'yes' : ''} | ${meaning.replaceAll('|', '\\|').replaceAll('\n', ' ')} |`;
    return [row, ...nested(property, path)];
  });
}

function nested(property: JsonSchema, path: string): string[] {
  if (path === 'conditions') return [];
  if (property['type'] === 'object') return fieldRows(property, `${path}.`);
  const items = property['items'] as JsonSchema | undefined;
  return items?.['type'] === 'object' ? fieldRows(items, `${path}[].`) : [];
}

function typeName(property: JsonSchema): string {
  const values = property['enum'] as unknown[] | undefined;
  if (values) return values.map((value) => `\`${String(value)}\``).join(' \\| ');
  if (property['type'] === 'array') return `list of ${typeName((property['items'] as JsonSchema | undefined) ?? {})}`;
  if (property['x-kubernetes-int-or-string']) return 'quantity';
  if (property['additionalProperties']) return 'map of string';
  return (property['type'] as string | undefined) ?? 'any';
}

function ownRules(schema: JsonSchema): string[] {
  const rules = (schema['x-kubernetes-validations'] as Rule[] | undefined) ?? [];
  return rules.flatMap((rule) => (rule.message ? [`${rule.message}.`] : []));
}
