import { z } from 'zod';
import { QUANTITY_PATTERN } from '../crds/index.ts';

const text = z.string().min(1).max(253);
const strings = z.record(z.string(), z.string()).default({});
const quantity = z.union([
  z.number().min(0),
  z.string().regex(new RegExp(QUANTITY_PATTERN), 'is not a quantity: write for example "100m" or "256Mi"'),
]);
const amounts = z.strictObject({ cpu: quantity.optional(), memory: quantity.optional() }).default({});
/** A password in it would stand in each Deployment. */
const proxyUrl = z
  .string()
  .regex(
    /^(https?:\/\/[^/@\s]+\/?)?$/,
    'must be http://host:port or https://host:port, without user, password and path',
  );

/** Names that the operator sets itself. */
const OWN_ENV =
  /^(SUPERCARGO_.*|KUBERNETES_.*|POD_NAME|NODE_OPTIONS|MALLOC_ARENA_MAX|(HTTPS?|NO)_PROXY|(https?|no)_proxy|NODE_EXTRA_CA_CERTS)$/;
const OWN_DOMAIN = /^([^/]*\.)?(supercargo\.dev|app\.kubernetes\.io)\//;

const metadata = strings.refine((record) => !Object.keys(record).some((key) => OWN_DOMAIN.test(key)), {
  message: 'has a key under app.kubernetes.io/ or supercargo.dev/: these are set by the operator',
});

const id = z.int().min(0).max(4_294_967_294);

const schema = z.strictObject({
  /** Whom the pod runs as; what is absent a platform says that gives each namespace ids of its own. */
  user: z
    .strictObject({ runAsUser: id.min(1).optional(), runAsGroup: id.optional(), fsGroup: id.optional() })
    // "nonroot" of distroless images.
    .default({ runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532 }),
  imagePullSecrets: z.array(z.strictObject({ name: text })).default([]),
  nodeSelector: strings,
  tolerations: z
    .array(
      z.strictObject({
        key: text.optional(),
        operator: z.enum(['Exists', 'Equal']).optional(),
        value: z.string().optional(),
        effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional(),
        tolerationSeconds: z.int().optional(),
      }),
    )
    .default([]),
  affinity: z.record(z.string(), z.unknown()).default({}),
  topologySpreadConstraints: z
    .array(z.looseObject({ topologyKey: text, maxSkew: z.int().min(1), whenUnsatisfiable: text }))
    .default([]),
  priorityClassName: z.string().default(''),
  runtimeClassName: z.string().default(''),
  labels: metadata,
  annotations: metadata,
  env: strings.refine((env) => !Object.keys(env).some((name) => OWN_ENV.test(name)), {
    message:
      'has a variable that the operator sets itself: leave it out (a proxy goes into proxy, CA certificates into trust)',
  }),
  proxy: z
    .strictObject({
      http: proxyUrl.default(''),
      https: proxyUrl.default(''),
      none: z.array(text).default([]),
      /** Secret with the keys username and password, in the namespaces of connections. */
      loginSecret: z.string().default(''),
    })
    .default({ http: '', https: '', none: [], loginSecret: '' }),
  /** CA certificates (PEM) beside the system's, in the namespaces of connections. */
  trust: z
    .strictObject({ configMap: z.string().default(''), secret: z.string().default(''), key: text.default('ca.crt') })
    .refine(({ configMap, secret }) => !configMap || !secret, 'has a configMap and a secret: name one of them')
    .default({ configMap: '', secret: '', key: 'ca.crt' }),
  resources: z
    .strictObject({ requests: amounts, limits: amounts })
    .default({ requests: { cpu: '50m', memory: '96Mi' }, limits: { memory: '256Mi' } }),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
  /** Beginnings of the keys of labels and annotations that a Connection may give its pod. */
  connectionMetadata: z.array(text).default([]),
});

/** How the owner of the cluster has sync pods placed, labelled and connected. */
export type SyncPodTemplate = z.output<typeof schema>;

/** JSON, as the chart writes it into one variable of the operator. */
export const syncPodTemplate = z
  .string()
  .default('{}')
  .transform((json, context): unknown => {
    try {
      return JSON.parse(json);
    } catch {
      context.addIssue({ code: 'custom', message: 'is not JSON: the chart writes it from its sync values' });
      return z.NEVER;
    }
  })
  .pipe(schema);

/** Of an installation that says nothing. */
export const PLAIN_POD: SyncPodTemplate = schema.parse({});
