import { z } from 'zod';
import { defineKind, INSTALLATION_COLUMN, INSTALLATION_FIELD, READY_COLUMNS, type Resource } from '../schema/define.ts';
import {
  conditions,
  duration,
  hostName,
  installation,
  observedGeneration,
  resourceName,
  setOf,
  timestamp,
} from '../schema/fields.ts';
import { immutable } from '../schema/rules.ts';

const spec = z.strictObject({
  driver: immutable(resourceName('Driver whose keys the Secret holds.'), 'driver', 'create another Credential'),
  secretRef: z
    .strictObject({ name: resourceName('Secret of the same namespace.') })
    .describe('Which Secret holds the keys.'),
  keys: z
    .record(z.string().min(1).max(63), z.string().min(1).max(253))
    .meta({ description: 'Name the driver knows -> key of the Secret, where they differ.', maxProperties: 32 })
    .optional(),
  hosts: setOf(
    hostName(
      'A name, `*.` before it for all below, or an IP address (IPv6 in brackets); a port where it is not 80 or 443.',
    ),
    32,
    'Where the keys may be sent; absent: wherever the Connections that use it lead. A pod of a Connection that leads elsewhere does not read the Secret.',
  ).optional(),
  recheckAfter: duration('How often the pods test it against the store; 1h if absent.').optional(),
});

const status = z.strictObject({
  observedGeneration,
  conditions,
  installation,
  connections: z.int().min(0).optional().describe('How many connections use it.'),
  valid: z.int().min(0).optional().describe('How many of them found it valid.'),
  lastCheckedAt: timestamp('Newest check of any pod.').optional(),
  expiresAt: timestamp('When the platform will stop to accept it.').optional(),
});

export type CredentialResource = Resource<z.infer<typeof spec>, z.infer<typeof status>>;

export const credentialKind = defineKind({
  kind: 'Credential',
  plural: 'credentials',
  singular: 'credential',
  shortNames: ['sccred'],
  scope: 'Namespaced',
  description: 'Which Secret holds the keys of a store. Nobody reads it but the pods it is mounted into.',
  spec,
  status,
  columns: [
    { name: 'Driver', type: 'string', jsonPath: '.spec.driver' },
    { name: 'Secret', type: 'string', jsonPath: '.spec.secretRef.name' },
    { name: 'Connections', type: 'integer', jsonPath: '.status.connections' },
    ...READY_COLUMNS,
    INSTALLATION_COLUMN,
  ],
  selectableFields: [INSTALLATION_FIELD],
});
