import { z } from 'zod';
import { FEED_TYPES } from '../../model/feeds.ts';
import { STOCK_MEANINGS } from '../../model/feeds/stock-export.ts';
import { defineKind, INSTALLATION_COLUMN, INSTALLATION_FIELD, READY_COLUMNS, type Resource } from '../schema/define.ts';
import {
  conditions,
  cron,
  freeForm,
  httpUrl,
  installation,
  keyedList,
  observedGeneration,
  setOf,
  text,
} from '../schema/fields.ts';

const feed = z.strictObject({
  type: z.enum(FEED_TYPES).describe('Which flow of data.'),
  via: z
    .enum(FEED_TYPES)
    .optional()
    .describe('The feed whose runs bring its records: the driver has no reading of its own for it.'),
  defaultSchedule: cron(
    'Schedule of a Feed that gives none, where the platform wants another than the usual.',
  ).optional(),
  stock: z
    .enum(STOCK_MEANINGS)
    .optional()
    .describe('Of StockExport: what the store counts, goods that lie in the warehouse or goods that can be sold.'),
});

const skip = z.strictObject({
  case: text(64, 'Case of the conformance suite.'),
  reason: text(512, 'Why it cannot be passed.'),
});

const spec = z.strictObject({
  title: text(120, 'Name that people read.'),
  documentation: httpUrl('Where the driver is described.').optional(),
  platformKind: z.enum(['Store', 'Marketplace', 'Carrier', 'PointOfSale']).describe('What stands behind a connection.'),
  feeds: keyedList(feed, 'type', FEED_TYPES.length, 'Feeds that a connection of this driver can have.'),
  credentialSchema: freeForm('JSON Schema of the keys that the Secret must hold.').optional(),
  settingsSchema: freeForm("JSON Schema of a connection's `settings`.").optional(),
  hosts: setOf(
    z.string().min(1).max(253),
    32,
    'Hosts it contacts, a port beside the name where it is not 80 or 443, `*.` for any below; `settings.KEY` means the address in that setting. Its pods send nothing anywhere else.',
  ).optional(),
  terms: z
    .strictObject({
      version: text(32, 'Version a connection accepts by `acceptedTerms`.'),
      url: httpUrl('Where the terms are read.'),
    })
    .optional()
    .describe('Terms that must be accepted before a connection runs.'),
  skips: keyedList(
    skip,
    'case',
    200,
    'Cases of the conformance suite that the driver cannot pass, and why.',
  ).optional(),
  contract: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe('Version of the driver contract that the image was built for; wanted where there is an image.'),
  image: text(
    512,
    'Container image of a driver that is not built in. It runs in place of the built-in sync pod.',
  ).optional(),
});

const status = z.strictObject({
  observedGeneration,
  conditions,
  installation,
  connections: z.int().min(0).optional().describe('How many connections use it.'),
});

export type DriverResource = Resource<z.infer<typeof spec>, z.infer<typeof status>>;

export const driverKind = defineKind({
  kind: 'Driver',
  plural: 'drivers',
  singular: 'driver',
  shortNames: ['scdrv'],
  scope: 'Cluster',
  description: 'A catalogue entry: a platform that connections can be made to. Built-in ones come with the chart.',
  spec,
  status,
  columns: [
    { name: 'Title', type: 'string', jsonPath: '.spec.title' },
    { name: 'Platform', type: 'string', jsonPath: '.spec.platformKind' },
    { name: 'Connections', type: 'integer', jsonPath: '.status.connections' },
    ...READY_COLUMNS,
    INSTALLATION_COLUMN,
  ],
  selectableFields: [INSTALLATION_FIELD],
});
