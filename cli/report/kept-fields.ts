import { GROUP } from '../../crds/index.ts';
import type { Viewed } from '../status-view.ts';

/** What a report has of an object of the cluster: fields by name, so that a new one has to be put here first. Pure. */

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const itemsOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.map(fieldsOf) : []);
const only = (value: unknown, ...names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fieldsOf(value)).filter(([name]) => names.includes(name)));

/** Variables of the chart that are switches and numbers; the value of any other is left out, whoever set it. */
const HARMLESS = new Set([
  'SUPERCARGO_LOG_LEVEL',
  'SUPERCARGO_VERSION',
  'SUPERCARGO_WATCH_NAMESPACES',
  'SUPERCARGO_METRICS_PORT',
  'SUPERCARGO_KEY_REQUESTS_PER_SECOND',
  'SUPERCARGO_KEY_BURST',
  'SUPERCARGO_ADDRESS_REQUESTS_PER_SECOND',
  'SUPERCARGO_ADDRESS_BURST',
  'SUPERCARGO_ADOPT_BY_NAME',
  'SUPERCARGO_WEBHOOK_ALLOW_PLAIN_HTTP',
  'SUPERCARGO_ALLOW_PLAIN_HTTP',
  'SUPERCARGO_SYNC_ALLOW_PLAIN_HTTP',
  'SUPERCARGO_SYNC_IMAGE',
  'SUPERCARGO_IMAGE_PULL_POLICY',
  'SUPERCARGO_REQUIRE_LICENSE',
  'SUPERCARGO_LICENSE_GRACE_PERIOD',
  'SUPERCARGO_LEADER_ELECTION',
  'SUPERCARGO_DELETION_DEADLINE',
  'SUPERCARGO_DATABASE_SSL_MODE',
  'SUPERCARGO_CONNECTION_KIND',
  'SUPERCARGO_CONNECTION_NAME',
  'SUPERCARGO_DRIVER',
  'SUPERCARGO_STORE',
]);

/** Metadata without managedFields, and of the annotations our own alone: another tool's may hold a whole manifest. */
export function keptMetadata(metadata: unknown): Fields {
  const { annotations, labels, ownerReferences } = fieldsOf(metadata);
  const own = (name: string) => name.startsWith(`${GROUP}/`);
  const known = (name: string) => own(name) || name.startsWith('app.kubernetes.io/') || name === 'pod-template-hash';
  const named = (values: unknown, keep: (name: string) => boolean) =>
    Object.fromEntries(Object.entries(fieldsOf(values)).filter(([name]) => keep(name)));
  return {
    ...only(metadata, 'name', 'namespace', 'uid', 'generation', 'creationTimestamp', 'deletionTimestamp', 'finalizers'),
    labels: named(labels, known),
    annotations: named(annotations, own),
    ownerReferences: itemsOf(ownerReferences).map((owner) => only(owner, 'kind', 'name', 'uid')),
  };
}

/** `settings`: keys that the Driver's schema knows; of any other it is told that there is one. */
export interface KnownSettings {
  readonly keys: ReadonlySet<string>;
}

/** A resource of ours: spec and status but what is free to hold anything; a Driver's schemas are its release's. */
export function keptResource(resource: Viewed, settings: (driver: string) => KnownSettings | undefined): Fields {
  const { kind, metadata, spec, status } = resource;
  return { kind, metadata: keptMetadata(metadata), spec: keptSpec(kind, spec, settings), status: status ?? {} };
}

function keptSpec(kind: string, spec: Fields, settingsOf: (driver: string) => KnownSettings | undefined): Fields {
  const { settings, pod, settingsSchema: _, credentialSchema: __, ...rest } = spec;
  if (kind === 'Driver') return rest;
  if (kind !== 'Connection' && kind !== 'ClusterConnection') return spec;
  const known = settingsOf(String(spec['driver']));
  return {
    ...rest,
    ...(settings === undefined ? {} : { settings: keptSettings(fieldsOf(settings), known) }),
    ...(pod === undefined ? {} : { pod: only(pod, 'nodeSelector', 'tolerations', 'priorityClassName') }),
  };
}

function keptSettings(settings: Fields, known: KnownSettings | undefined): Fields {
  const entries = Object.entries(settings);
  const unknown = entries.filter(([key]) => !known?.keys.has(key)).length;
  return {
    ...Object.fromEntries(entries.filter(([key]) => known?.keys.has(key))),
    ...(unknown > 0 ? { '(others)': unknown } : {}),
  };
}

/** The keys in the settings schema of a Driver. */
export function knownSettings({ spec }: Pick<Viewed, 'spec'>): KnownSettings {
  return { keys: new Set(Object.keys(fieldsOf(fieldsOf(spec['settingsSchema'])['properties']))) };
}

/** A Pod: what it runs, where, and how its containers fare. No arguments, no volumes, and of variables the names. */
export function keptPod(pod: unknown): Fields {
  const { metadata, spec, status } = fieldsOf(pod);
  const statuses = (list: unknown) =>
    itemsOf(list).map((one) =>
      only(one, 'name', 'image', 'imageID', 'ready', 'started', 'restartCount', 'state', 'lastState'),
    );
  const { conditions, containerStatuses, initContainerStatuses } = fieldsOf(status);
  return {
    kind: 'Pod',
    metadata: keptMetadata(metadata),
    spec: { ...only(spec, 'nodeName', 'priorityClassName', 'runtimeClassName'), ...keptContainers(spec) },
    status: {
      ...only(status, 'phase', 'reason', 'message', 'startTime', 'qosClass'),
      conditions: keptConditions(conditions),
      initContainerStatuses: statuses(initContainerStatuses),
      containerStatuses: statuses(containerStatuses),
    },
  };
}

/** A Deployment with the containers of its template. */
export function keptDeployment(deployment: unknown): Fields {
  const { metadata, spec, status } = fieldsOf(deployment);
  const template = fieldsOf(fieldsOf(fieldsOf(spec)['template'])['spec']);
  return {
    kind: 'Deployment',
    metadata: keptMetadata(metadata),
    spec: { ...only(spec, 'replicas', 'strategy', 'paused'), ...keptContainers(template) },
    status: {
      ...only(status, 'observedGeneration', 'replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'),
      ...only(status, 'unavailableReplicas'),
      conditions: keptConditions(fieldsOf(status)['conditions']),
    },
  };
}

/** An Event. */
export function keptEvent(event: unknown): Fields {
  const { metadata, involvedObject } = fieldsOf(event);
  return {
    ...only(metadata, 'namespace', 'creationTimestamp'),
    ...only(event, 'type', 'reason', 'message', 'count', 'firstTimestamp', 'lastTimestamp', 'eventTime', 'series'),
    ...only(event, 'reportingComponent'),
    about: only(involvedObject, 'kind', 'namespace', 'name', 'uid'),
  };
}

const keptConditions = (conditions: unknown): readonly Fields[] =>
  itemsOf(conditions).map((one) => only(one, 'type', 'status', 'reason', 'message', 'lastTransitionTime'));

function keptContainers(spec: unknown): Fields {
  const { containers, initContainers } = fieldsOf(spec);
  const kept = (list: unknown) =>
    itemsOf(list).map((one) => ({
      ...only(one, 'name', 'image', 'imagePullPolicy', 'ports', 'resources'),
      env: itemsOf(one['env']).map(({ name, value }) =>
        HARMLESS.has(String(name)) && value !== undefined ? { variable: name, is: value } : { variable: name },
      ),
    }));
  return { initContainers: kept(initContainers), containers: kept(containers) };
}
