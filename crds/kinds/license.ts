import { z } from 'zod';
import { defineKind, INSTALLATION_COLUMN, INSTALLATION_FIELD, READY_COLUMNS, type Resource } from '../schema/define.ts';
import {
  ATOMIC,
  conditions,
  duration,
  installation,
  observedGeneration,
  resourceName,
  setOf,
  text,
  timestamp,
} from '../schema/fields.ts';
import { withRules } from '../schema/rules.ts';

const assignment = z.strictObject({
  namespace: resourceName('Namespace of the Store.'),
  name: resourceName('Name of the Store.'),
  assignedAt: timestamp(
    'When it was assigned: the oldest get the seats. First seen by the operator if absent.',
  ).optional(),
});

const spec = withRules(
  z.strictObject({
    plan: text(63, 'Name of the plan.'),
    seats: z.int().min(1).max(100000).describe('How many stores may run.'),
    drivers: setOf(resourceName('Name of a Driver.'), 64, 'Drivers that are licensed; all if absent.').optional(),
    notBefore: timestamp('Valid from; always if absent.').optional(),
    notAfter: timestamp('Valid until; for ever if absent.').optional(),
    gracePeriod: duration('How long everything runs on, with warnings, after notAfter; 14d if absent.').optional(),
    stores: z
      .array(assignment)
      .max(5000)
      .meta({
        description: 'Stores assigned to the license.',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['namespace', 'name'],
      })
      .optional(),
  }),
  {
    rule: '!has(self.notBefore) || !has(self.notAfter) || timestamp(self.notBefore) < timestamp(self.notAfter)',
    message: 'notBefore must be before notAfter',
    fieldPath: '.notAfter',
  },
);

const status = z.strictObject({
  observedGeneration,
  conditions,
  installation,
  seatsUsed: z.int().min(0).optional().describe('Seats that are taken.'),
  seatsTotal: z.int().min(0).optional().describe('Seats there are.'),
  expiresAt: timestamp('notAfter plus the grace period.').optional(),
  stores: z
    .array(
      z.strictObject({
        namespace: z.string().max(253).describe('Namespace of the Store.'),
        name: z.string().max(253).describe('Name of the Store.'),
        since: timestamp('Assignment counted from.'),
        seated: z.boolean().describe('Whether its connections may run.'),
        reason: z.string().max(64).optional().describe('Why not.'),
      }),
    )
    .max(5000)
    .meta({ description: 'Who has a seat, oldest assignment first.', ...ATOMIC })
    .optional(),
});

export type LicenseResource = Resource<z.infer<typeof spec>, z.infer<typeof status>>;

export const licenseKind = defineKind({
  kind: 'License',
  plural: 'licenses',
  singular: 'license',
  shortNames: ['sclic'],
  scope: 'Cluster',
  description: 'Plan, seats, licensed drivers and validity, with the stores assigned to it.',
  spec,
  status,
  columns: [
    { name: 'Plan', type: 'string', jsonPath: '.spec.plan' },
    { name: 'Seats', type: 'integer', jsonPath: '.spec.seats' },
    { name: 'Used', type: 'integer', jsonPath: '.status.seatsUsed' },
    { name: 'Until', type: 'string', jsonPath: '.spec.notAfter' },
    ...READY_COLUMNS,
    INSTALLATION_COLUMN,
  ],
  selectableFields: [INSTALLATION_FIELD],
});
