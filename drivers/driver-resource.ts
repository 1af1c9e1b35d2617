import { z } from 'zod';
import { API_VERSION, type DriverResource } from '../crds/index.ts';
import { hostRuleText, type DriverDefinition } from './contract/index.ts';

/** The Driver resource of a built-in driver: the chart installs it, `up` has it without being told. */
export function driverResource(definition: DriverDefinition): DriverResource {
  const { manifest } = definition;
  const skips = Object.entries(manifest.skips ?? {}).map(([id, reason]) => ({ case: id, reason }));
  return {
    apiVersion: API_VERSION,
    kind: 'Driver',
    metadata: { name: manifest.name },
    spec: {
      title: manifest.title,
      documentation: manifest.documentation,
      platformKind: manifest.platformKind,
      feeds: manifest.feeds.map(({ type, via, defaultSchedule, stock }) => ({
        type,
        ...(via ? { via } : {}),
        ...(defaultSchedule ? { defaultSchedule } : {}),
        ...(stock ? { stock } : {}),
      })),
      credentialSchema: jsonSchema(definition.credential),
      settingsSchema: jsonSchema(definition.settings),
      hosts: manifest.hosts.map(hostRuleText),
      ...(manifest.terms ? { terms: { ...manifest.terms } } : {}),
      ...(skips.length > 0 ? { skips } : {}),
    },
  };
}

function jsonSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
}
