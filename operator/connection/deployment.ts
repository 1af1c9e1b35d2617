import { HUB_AUDIENCE, childName } from '../../crds/index.ts';
import { SMALL_HEAP_ENV } from '../../kit/memory-limits.ts';
import { connectionKey, podNamespace } from '../resources.ts';
import type { ChildrenInput } from './children-input.ts';
import { selectorLabels } from './labels.ts';
import { outgoing } from './outgoing.ts';
import { addedEnvironment, placement, podMetadata } from './placement.ts';
import { PROGRESS_DEADLINE_MS } from '../waves/health.ts';
import { amountOf, canonicalQuantity, type Quantity } from './quantity.ts';

const CREDENTIAL_DIR = '/etc/supercargo/credential';
const HUB_TOKEN_DIR = '/var/run/secrets/supercargo/hub';

/** One pod at a time (Recreate): two would work on one shop. */
export function deploymentSpec(input: ChildrenInput, labels: Record<string, string>): object {
  const { connection, replicas } = input;
  return {
    replicas,
    revisionHistoryLimit: 2,
    progressDeadlineSeconds: PROGRESS_DEADLINE_MS / 1000,
    strategy: { type: 'Recreate' },
    selector: { matchLabels: selectorLabels(connection) },
    template: { metadata: podMetadata(input, labels), spec: podSpec(input) },
  };
}

function podSpec(input: ChildrenInput): object {
  return {
    serviceAccountName: childName(connectionKey(input.connection)),
    automountServiceAccountToken: true,
    terminationGracePeriodSeconds: 60,
    ...placement(input),
    securityContext: { runAsNonRoot: true, ...input.pod.template.user, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [container(input)],
    volumes: [
      // Optional: a Secret that is missing is a condition with the remedy, not a pod that hangs.
      { name: 'credential', secret: { secretName: input.credential.spec.secretRef.name, optional: true } },
      {
        name: 'hub-token',
        projected: {
          sources: [{ serviceAccountToken: { audience: HUB_AUDIENCE, expirationSeconds: 3600, path: 'token' } }],
        },
      },
      ...outgoing(input).volumes,
    ],
  };
}

function container(input: ChildrenInput): object {
  const probe = (path: string, periodSeconds: number, failureThreshold: number) => ({
    httpGet: { path, port: 'http' },
    periodSeconds,
    failureThreshold,
    timeoutSeconds: 5,
  });
  return {
    name: 'sync',
    image: input.driver.spec.image ?? input.pod.image,
    imagePullPolicy: input.pod.imagePullPolicy,
    args: ['sync'],
    env: environment(input),
    ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
    startupProbe: probe('/healthz', 2, 30),
    livenessProbe: probe('/healthz', 20, 3),
    readinessProbe: probe('/readyz', 5, 3),
    resources: resources(input),
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    volumeMounts: [
      { name: 'credential', mountPath: CREDENTIAL_DIR, readOnly: true },
      { name: 'hub-token', mountPath: HUB_TOKEN_DIR, readOnly: true },
      ...outgoing(input).mounts,
    ],
  };
}

function environment(input: ChildrenInput): object[] {
  const { connection, credential, pod } = input;
  const key = connectionKey(connection);
  const { secretRef, keys, recheckAfter, hosts } = credential.spec;
  const values: Record<string, string> = {
    ...addedEnvironment(input),
    ...outgoing(input).env,
    SUPERCARGO_CONNECTION_KIND: key.kind,
    SUPERCARGO_CONNECTION_NAME: key.name,
    SUPERCARGO_NAMESPACE: podNamespace(connection),
    SUPERCARGO_DRIVER: connection.spec.driver,
    SUPERCARGO_STORE: connection.spec.storeRef.name,
    SUPERCARGO_HUB_URL: pod.hubUrl,
    // No secret: in the pod's own spec it needs no object in the connection's namespace. Another CA makes a new pod.
    ...(pod.hubCa ? { SUPERCARGO_HUB_CA: pod.hubCa } : {}),
    // An empty value would be dropped by the API server, and look like a change for ever.
    ...(pod.privateNetworks.length > 0 ? { SUPERCARGO_PRIVATE_NETWORKS: pod.privateNetworks.join(',') } : {}),
    SUPERCARGO_ALLOW_PLAIN_HTTP: String(pod.allowPlainHttp),
    SUPERCARGO_HUB_TOKEN_FILE: `${HUB_TOKEN_DIR}/token`,
    SUPERCARGO_CREDENTIAL: JSON.stringify({
      name: credential.metadata.name,
      secretName: secretRef.name,
      keys,
      recheckAfter,
      hosts,
    }),
    SUPERCARGO_CREDENTIAL_DIR: CREDENTIAL_DIR,
    ...SMALL_HEAP_ENV,
  };
  return [
    ...Object.entries(values).map(([name, value]) => (value === '' ? { name } : { name, value })),
    { name: 'POD_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } },
  ];
}

/**
 * No CPU limit: throttling only makes a run longer. A default gives way to what the Connection says of the same thing:
 * whoever writes a limit alone has not asked for a request above it, which the API server would refuse.
 */
function resources({ connection, pod }: ChildrenInput): object {
  const { requests, limits } = connection.spec.resources ?? {};
  const defaults = pod.template.resources;
  return {
    requests: canonical({ ...within(defaults.requests, limits, 'most'), ...requests }),
    limits: canonical({ ...within(defaults.limits, requests, 'least'), ...limits }),
  };
}

type Amounts = Readonly<Record<string, Quantity | undefined>>;

function within(defaults: Amounts, bounds: Amounts = {}, bound: 'most' | 'least'): Amounts {
  return Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => {
      const limit = bounds[name];
      if (value === undefined || limit === undefined) return [name, value];
      const isBeyond = bound === 'most' ? amountOf(value) > amountOf(limit) : amountOf(value) < amountOf(limit);
      return [name, isBeyond ? limit : value];
    }),
  );
}

function canonical(quantities: Amounts): Record<string, string> {
  return Object.fromEntries(
    Object.entries(quantities).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, canonicalQuantity(value)]],
    ),
  );
}
