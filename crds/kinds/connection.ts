import { z } from 'zod';
import {
  defineKind,
  INSTALLATION_COLUMN,
  INSTALLATION_FIELD,
  READY_COLUMNS,
  type PrinterColumn,
  type Resource,
} from '../schema/define.ts';
import {
  conditions,
  ATOMIC,
  freeForm,
  label,
  installation,
  observedGeneration,
  resourceName,
  text,
  timestamp,
} from '../schema/fields.ts';
import { QUANTITY_PATTERN } from '../schema/quantity.ts';
import { immutable, withRules } from '../schema/rules.ts';

const quantity = (description: string) =>
  withRules(
    z
      .union([z.int().min(0), z.string().min(1).max(20)])
      .meta({ description, maxLength: 20, 'x-kubernetes-int-or-string': true }),
    {
      rule: `string(self).matches('${QUANTITY_PATTERN.replaceAll('\\', '\\\\')}')`,
      messageExpression: `'"' + string(self) + '" is not a quantity: write for example "100m" or "256Mi"'`,
    },
  );

const strings = (max: number, description: string) =>
  z.record(z.string().min(1).max(317), z.string().max(max)).meta({ description, maxProperties: 16 });

const amounts = (description: string) =>
  z.strictObject({ cpu: quantity('CPU.').optional(), memory: quantity('Memory.').optional() }).describe(description);

/** What a tenant may say of its pod: nothing that gives it a right. The rest is the installation's (chart: sync). */
const pod = z.strictObject({
  nodeSelector: strings(63, 'Labels of the nodes it runs on, beside those that the installation asks for.').optional(),
  tolerations: z
    .array(
      z.strictObject({
        key: text(317, 'Of the taint; all if absent.').optional(),
        operator: z.enum(['Exists', 'Equal']).optional().describe('Equal if absent.'),
        value: z.string().max(63).optional().describe('Of the taint, with the operator Equal.'),
        effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional().describe('All if absent.'),
        tolerationSeconds: z.int().min(0).optional().describe('How long it stays after NoExecute; for ever if absent.'),
      }),
    )
    .max(16)
    .meta({
      description: 'Taints it is not kept away by, beside those of the installation.',
      'x-kubernetes-list-type': 'atomic',
    }) // prettier-ignore
    .optional(),
  priorityClassName: withRules(resourceName("In place of the installation's."), {
    rule: "!self.startsWith('system-')",
    message: 'classes that begin with "system-" are for the cluster itself: choose another PriorityClass',
  }).optional(),
  labels: strings(63, 'Keys must begin as sync.connectionMetadata of the chart allows.').optional(),
  annotations: strings(1024, 'Keys must begin as sync.connectionMetadata of the chart allows.').optional(),
});

const sharedSpec = {
  storeRef: z
    .strictObject({ name: resourceName('Store whose goods move.') })
    .describe('The Store, of the same namespace.'),
  driver: immutable(resourceName('Driver of the platform.'), 'driver', 'create another Connection and delete this one'),
  credentialRef: z
    .strictObject({ name: resourceName('Credential of the same namespace.') })
    .describe('Which Credential opens the store.'),
  settings: freeForm(
    'Settings of the driver (URL, region, seller id …); `kubectl get driver NAME -o yaml` shows their schema.',
  ).optional(),
  enabled: z.boolean().optional().describe('false drains it and keeps everything; true if absent.'),
  mode: z
    .enum(['Test', 'Production'])
    .optional()
    .describe('Test reads for real and never writes to the store; Test if absent.'),
  earliestOrderDate: timestamp(
    "Orders placed before are not imported. The connection's creation if absent.",
  ).optional(),
  acceptedTerms: text(32, "Version of the driver's terms that was accepted.").optional(),
  warehouse: label(63, 'Warehouse of the Store that ships its orders.').optional(),
  resources: z
    .strictObject({
      requests: amounts('What a node must have free for it.').optional(),
      limits: amounts('The most it may take.').optional(),
    })
    .optional()
    .describe('Resources of the sync pod.'),
  pod: pod.optional().describe('Where its sync pod runs, and under which labels.'),
  deletionPolicy: z.enum(['Retain', 'Delete']).optional().describe("What happens to the hub's data; Retain if absent."),
  deletionProtection: z.boolean().optional().describe('true: can be deleted only once it is Inactive.'),
};

/** The API conventions have no floating point numbers: clients round them in different ways. */
const decimal = (description: string) => z.string().max(20).describe(description);

const spec = z.strictObject(sharedSpec);
const clusterSpec = z.strictObject({
  ...sharedSpec,
  namespace: immutable(
    resourceName('Namespace of its pod, Store, Credential and Feeds.'),
    'namespace',
    'create another ClusterConnection',
  ),
});

const status = z.strictObject({
  observedGeneration,
  conditions,
  installation,
  state: z
    .enum(['Pending', 'Initializing', 'Running', 'Degraded', 'Inactive', 'Stalled', 'Deleting'])
    .optional()
    .describe('One word for lists.'),
  effective: z
    .strictObject({
      mode: z.enum(['Test', 'Production']).describe('Whether anything is written to the store.'),
      enabled: z.boolean().describe('Whether it runs.'),
      deletionPolicy: z.enum(['Retain', 'Delete']).describe("What happens to the hub's data."),
      earliestOrderDate: timestamp('In force.'),
    })
    .optional()
    .describe('Values in force, defaults applied.'),
  feeds: z
    .strictObject({
      total: z.int().min(0).describe('All Feeds that name it.'),
      ready: z.int().min(0).describe('Those that are Ready and do not rest.'),
      held: z.int().min(0).optional().describe('Those that a brake or Test mode holds.'),
    })
    .optional()
    .describe('Its Feeds, counted.'),
  shop: z
    .strictObject({
      id: z.string().max(253).describe('What the platform calls it.'),
      name: z.string().max(253).describe('What people call it.'),
      currency: z.string().max(3).optional().describe('ISO 4217.'),
    })
    .optional()
    .describe('The shop that the pod found.'),
  licenseGraceUntil: timestamp('It has no seat of a License that is required, and stops then.').optional(),
  clockSkewSeconds: z.int().optional().describe("The store's clock less ours, measured from its Date header."),
  credentialExpiresAt: timestamp('When the credential expires.').optional(),
  budget: z
    .strictObject({
      perSecond: decimal('Points that come back each second, "2" or "0.5".').optional(),
      burst: z.int().min(0).optional().describe('Most that can be saved up.'),
      buckets: z
        .array(
          z.strictObject({
            name: z.string().max(64).describe('Which operation.'),
            perSecond: decimal('Points that come back each second.'),
            burst: z.int().min(0).describe('Most that can be saved up.'),
          }),
        )
        .max(32)
        .meta({ description: 'Operations that the platform counts by themselves.', ...ATOMIC })
        .optional(),
      throttledUntil: timestamp('The store asked to wait until then.').optional(),
      forecast: z.string().max(253).optional().describe('How far the budget goes, for people.'),
    })
    .optional()
    .describe("The store's rate limit, shared by all feeds: orders before shipments before stock before catalogue."),
  hooks: z
    .strictObject({
      state: z
        .enum(['Active', 'NotSupported', 'NoPublicAddress', 'TestMode', 'Failed'])
        .describe('Whether they come, or why not.'),
      topics: z
        .array(z.string().max(128))
        .max(32)
        .meta({ description: 'What the store tells of.', ...ATOMIC })
        .optional(),
      message: z.string().max(1024).optional().describe('Why they do not come, and what to do.'),
    })
    .optional()
    .describe('Webhooks of the store that make feeds run at once.'),
  lastCheckedAt: timestamp('Last live check by the pod.').optional(),
  lastHandledSyncRequest: z
    .string()
    .max(253)
    .optional()
    .describe('Last value of supercargo.dev/sync-requested-at that was carried out.'),
  lastHandledTestRequest: z
    .string()
    .max(253)
    .optional()
    .describe('Last value of supercargo.dev/test-requested-at that was carried out.'),
  syncedCredentialHash: z
    .string()
    .max(64)
    .optional()
    .describe(
      'Hash of credential and settings of the last full sync, with a key that only the hub and the pod have: a change runs it anew.',
    ),
});

export type ConnectionSpec = z.infer<typeof spec>;
export type ClusterConnectionSpec = z.infer<typeof clusterSpec>;
export type ConnectionStatus = z.infer<typeof status>;
export type ConnectionResource = Resource<ConnectionSpec, ConnectionStatus>;
export type ClusterConnectionResource = Resource<ClusterConnectionSpec, ConnectionStatus>;

const columns: readonly PrinterColumn[] = [
  { name: 'Driver', type: 'string', jsonPath: '.spec.driver' },
  { name: 'Store', type: 'string', jsonPath: '.spec.storeRef.name' },
  { name: 'Mode', type: 'string', jsonPath: '.status.effective.mode' },
  { name: 'State', type: 'string', jsonPath: '.status.state' },
  ...READY_COLUMNS,
  { name: 'Shop', type: 'string', jsonPath: '.status.shop.name', priority: 1 },
  INSTALLATION_COLUMN,
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
];

const selectableFields = ['.spec.driver', '.spec.storeRef.name', '.spec.credentialRef.name', INSTALLATION_FIELD];

export const connectionKind = defineKind({
  kind: 'Connection',
  plural: 'connections',
  singular: 'connection',
  shortNames: ['sccon'],
  scope: 'Namespaced',
  description: 'A store connected by a driver: it becomes a running sync pod.',
  spec,
  status,
  columns,
  selectableFields,
});

export const clusterConnectionKind = defineKind({
  kind: 'ClusterConnection',
  plural: 'clusterconnections',
  singular: 'clusterconnection',
  shortNames: ['scccon'],
  scope: 'Cluster',
  description:
    'A connection shared by all clients; its pod, Store, Credential and Feeds are in the namespace it names.',
  spec: clusterSpec,
  status,
  columns,
  selectableFields,
});
