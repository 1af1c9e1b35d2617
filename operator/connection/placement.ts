import type { ChildrenInput } from './children-input.ts';

/** Fields of the pod's spec that say where it runs and who may pull its image. Empty ones are left out. */
export function placement({ pod: { template }, connection }: ChildrenInput): object {
  const own = connection.spec.pod ?? {};
  const { imagePullSecrets, affinity, runtimeClassName } = template;
  const spread = template.topologySpreadConstraints.map((one) => ({ labelSelector: ALL_SYNC_PODS, ...one }));
  return filled({
    imagePullSecrets,
    // What the installation says of a node stands: a tenant's choice is among those.
    nodeSelector: { ...own.nodeSelector, ...template.nodeSelector },
    tolerations: [...template.tolerations, ...(own.tolerations ?? [])],
    affinity,
    topologySpreadConstraints: spread,
    priorityClassName: own.priorityClassName ?? template.priorityClassName,
    runtimeClassName,
  });
}

/** Each Deployment has one pod: it is among all of them that pods are spread. */
const ALL_SYNC_PODS = { matchLabels: { 'app.kubernetes.io/name': 'supercargo-sync' } };

/** Labels and annotations of the pod. Ours come last: the Deployment and the metrics find it by them. */
export function podMetadata({ pod: { template }, connection }: ChildrenInput, labels: Record<string, string>): object {
  const own = connection.spec.pod ?? {};
  return {
    labels: { ...own.labels, ...template.labels, ...labels },
    ...filled({ annotations: { ...own.annotations, ...template.annotations } }),
  };
}

/** What the owner of the cluster adds to the environment, a proxy under the names that every program knows. */
export function addedEnvironment({ pod: { template, hubUrl, apiServerHost } }: ChildrenInput): Record<string, string> {
  const { http, https, none } = template.proxy;
  // Hub and API server are in the cluster, where no proxy goes; so are shops behind Services.
  const direct = ['localhost', '127.0.0.1', '::1', '.svc', '.cluster.local', new URL(hubUrl).hostname, apiServerHost];
  return {
    ...template.env,
    SUPERCARGO_LOG_LEVEL: template.logLevel,
    ...filled({ HTTP_PROXY: http, HTTPS_PROXY: https }),
    ...(http || https ? { NO_PROXY: [...new Set([...direct, ...none])].filter(Boolean).join(',') } : {}),
  };
}

/** Without what is empty: the API server would drop it, and it would look like a change for ever. */
function filled(fields: Record<string, string | object>): Record<string, string | object> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => Object.keys(value).length > 0));
}
