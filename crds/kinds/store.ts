import { z } from 'zod';
import { PAYMENT_KINDS } from '../../model/order-rules.ts';
import { defineKind, INSTALLATION_COLUMN, INSTALLATION_FIELD, READY_COLUMNS, type Resource } from '../schema/define.ts';
import {
  conditions,
  httpUrl,
  keyedList,
  label,
  installation,
  observedGeneration,
  resourceName,
  setOf,
  text,
  timestamp,
} from '../schema/fields.ts';
import { withRules } from '../schema/rules.ts';

const percent = (description: string) => z.int().min(0).max(100).describe(description);

const warehouse = z.strictObject({
  name: label(63, 'Name of the warehouse; a label value.'),
  location: text(128, "Id of the store's stock location that this warehouse fills.").optional(),
});

const webhook = z.strictObject({
  name: label(63, 'Names the endpoint in metrics, Events and dead letters.'),
  url: httpUrl('Where order events are posted.'),
  events: setOf(
    z.enum([
      'order.created',
      'order.cancelled',
      'order.changed_after_export',
      'order.updated',
      'order.refunded',
      'order.returned',
      'order.lines_cancelled',
      'order.parcel_taken_back',
    ]),
    8,
    'Which events; all when absent.',
  ).optional(),
});

const orderNumbers = z.strictObject({
  maxLength: z.int().min(6).max(64).optional().describe('Longest `cust_ref` that the back office takes; 20 if absent.'),
  alphabet: z
    .enum(['Digits', 'UpperAlphanumeric', 'Printable'])
    .optional()
    .describe('Characters it takes; Printable if absent.'),
  prefix: withRules(z.string().min(1).max(8).describe('Put before every reference.'), {
    rule: "self.matches('^[A-Za-z0-9_-]+$')",
    messageExpression: `'prefix "' + self + '" may hold letters, digits, "-" and "_" only'`,
  }).optional(),
});

const spec = withRules(
  z.strictObject({
    client: label(63, "Whose goods these are. The namespace's name if absent.").optional(),
    title: text(120, 'Name that people read.').optional(),
    warehouses: keyedList(warehouse, 'name', 64, 'Where the goods lie.').optional(),
    skuAliases: z
      .record(z.string().max(128), z.string().min(1).max(128))
      .meta({
        description:
          'SKU as an order names it -> SKU of the catalogue. Adding one re-drives the orders rejected for it.',
        maxProperties: 5000,
      })
      .optional(),
    promotionalCodes: setOf(
      z.string().min(1).max(128),
      500,
      'SKUs on order lines that are no goods (vouchers, gift wrap): left out, never unknown.',
    ).optional(),
    kits: keyedList(
      z.strictObject({
        sku: z.string().min(1).max(128).describe('SKU as an order names it.'),
        components: keyedList(
          z.strictObject({
            sku: z.string().min(1).max(128).describe('SKU of the catalogue.'),
            quantity: z.int().min(1).max(1000).describe('Pieces in one kit.'),
          }),
          'sku',
          50,
          'What is in one kit.',
        ),
      }),
      'sku',
      1000,
      'Sets sold under one SKU: the back office sees and ships their components.',
    ).optional(),
    shippingMethods: z
      .record(z.string().max(128), z.string().min(1).max(128))
      .meta({
        description:
          'The store\'s shipping method -> the back office\'s code. With a map, a method that is not in it is an error (the entry "" is for orders that name none); without, codes pass as they are.',
        maxProperties: 500,
      })
      .optional(),
    carriers: z
      .record(z.string().max(64), z.record(z.string().max(63), z.string().min(1).max(128)).meta({ maxProperties: 32 }))
      .meta({
        description:
          "Carrier as the warehouse names it -> driver -> that platform's own code, for platforms that take only names they know.",
        maxProperties: 100,
      })
      .optional(),
    orderNumbers: orderNumbers.optional().describe('How order references are made for the back office.'),
    orders: z
      .strictObject({
        accept: setOf(
          z.enum(PAYMENT_KINDS),
          5,
          'For what an order is taken: what was paid before (Paid, PartiallyRefunded), what is only reserved (Authorized), what is paid at the door (OnDelivery) or after (Invoice). Paid and PartiallyRefunded if absent. A free order is always taken. Adding one takes the orders that were put aside for it.',
        )
          .min(1)
          .optional(),
        channels: setOf(
          z.string().min(1).max(128),
          50,
          'Orders of these channels alone (marketplace, site, store view, as the shop names them); of all if absent.',
        ).optional(),
        severalDeliveries: z
          .enum(['Accept', 'Reject'])
          .optional()
          .describe(
            'Orders that go to several addresses. Reject if absent: a back office that reads `shippingAddress` alone would send all of it to the first. Accept, once it packs by `deliveries` and `lines[].deliveryId`.',
          ),
        unpaidDays: z
          .int()
          .min(1)
          .max(365)
          .optional()
          .describe(
            'An order that is not paid so many days after it was placed is no longer looked at; 14 if absent. It is taken all the same once the shop says that it was paid.',
          ),
      })
      .optional()
      .describe('Which orders are taken.'),
    retention: z
      .strictObject({
        personalDataDays: z
          .int()
          .min(1)
          .max(3650)
          .optional()
          .describe(
            'An order that was closed (completed, cancelled, never taken) so many days ago loses its person: names, addresses, mail, telephone, notes. Goods and sums stay. Never if absent.',
          ),
        historyDays: z
          .int()
          .min(7)
          .max(3650)
          .optional()
          .describe(
            'How long order history, webhooks that were delivered, writes that were done, resolved problems and runs are kept; 90 if absent.',
          ),
      })
      .optional()
      .describe('How long the hub keeps what is over.'),
    brakes: z
      .strictObject({
        maxZeroedPercent: percent(
          'A stock run that would set more than this share of SKUs to zero is Held; 20 if absent.',
        ).optional(),
        maxStockChangePercent: z
          .int()
          .min(1)
          .max(10_000)
          .optional()
          .describe(
            'A stock run of which the changes, up and down, add up to more than this share of the pieces there are is Held; no limit if absent.',
          ),
        maxPriceChangePercent: z
          .int()
          .min(1)
          .max(10_000)
          .optional()
          .describe(
            'A price run that would change any price by more than this share of it, up or down, is Held; no limit if absent.',
          ),
      })
      .optional()
      .describe('Runs that would change too much are Held until released.'),
    developerApi: withRules(
      z.strictObject({
        secretName: resourceName(
          'Secret the operator creates with a new developer API key; `<store>-developer-api` if absent.',
        ).optional(),
        namespaces: setOf(
          resourceName('A namespace.'),
          64,
          'Other namespaces whose Stores may name this one in keyOf; none if absent: those of its own namespace alone.',
        ).optional(),
        keyOf: z
          .strictObject({
            name: resourceName('Name of that Store.'),
            namespace: resourceName("Its namespace; this Store's own if absent.").optional(),
          })
          .optional()
          .describe(
            'Another Store, whose developer API key opens this one too, and whose order webhooks hear of its orders: for a warehouse that serves many Stores with one key. This Store then has no key of its own.',
          ),
      }),
      {
        rule: '!has(self.keyOf) || !has(self.secretName)',
        message:
          'give keyOf or secretName, not both: a Store that is opened by the key of another has no key of its own',
        fieldPath: '.secretName',
      },
    )
      .optional()
      .describe('Access for WMS and ERP.'),
    orderWebhooks: keyedList(
      webhook,
      'name',
      16,
      'Endpoints that are told about orders (Standard Webhooks).',
    ).optional(),
    allowedPrivateNetworks: setOf(
      withRules(z.string().min(3).max(64), {
        rule: 'isCIDR(self)',
        messageExpression: `'"' + self + '" is not a network: write it as CIDR, for example "10.20.0.0/16"'`,
      }),
      32,
      'Private networks that webhooks may reach, of those that the installation allows (hub.webhooks.privateNetworks of the chart). None if absent: only public addresses.',
    ).optional(),
  }),
  {
    rule: '!has(self.orderNumbers) || !has(self.orderNumbers.prefix) || !has(self.orderNumbers.maxLength) || self.orderNumbers.maxLength - self.orderNumbers.prefix.size() >= 6',
    message:
      'orderNumbers.maxLength must leave at least six characters after the prefix: raise maxLength or shorten prefix',
    fieldPath: '.orderNumbers.maxLength',
  },
);

const status = z.strictObject({
  observedGeneration,
  conditions,
  installation,
  client: z.string().max(63).optional().describe('The client in force.'),
  connections: z.int().min(0).optional().describe('Connections that name it.'),
  readyConnections: z.int().min(0).optional().describe('Those of them that are Ready.'),
  developerKey: z
    .strictObject({
      secretName: z.string().max(253).describe('Where the key is.'),
      hash: z.string().max(128).describe('SHA-256 of the key in force, hex; the key itself is in the Secret alone.'),
      createdAt: timestamp('When the key was made.'),
    })
    .optional()
    .describe('The developer API key in force.'),
});

export type StoreSpec = z.infer<typeof spec>;
export type StoreResource = Resource<StoreSpec, z.infer<typeof status>>;

export const storeKind = defineKind({
  kind: 'Store',
  plural: 'stores',
  singular: 'store',
  shortNames: ['scst'],
  scope: 'Namespaced',
  description:
    'Whose goods these are and how its orders are to be read: aliases, shipping methods, references, brakes, webhooks.',
  spec,
  status,
  columns: [
    { name: 'Client', type: 'string', jsonPath: '.status.client' },
    { name: 'Connections', type: 'integer', jsonPath: '.status.connections' },
    ...READY_COLUMNS,
    INSTALLATION_COLUMN,
  ],
  selectableFields: [INSTALLATION_FIELD],
});
