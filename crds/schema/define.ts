import type { z } from 'zod';

export const GROUP = 'supercargo.dev';
/** What all parts read and write, and every page and example says. */
export const VERSION = 'v1beta1';
export const API_VERSION = `${GROUP}/${VERSION}`;

export interface ServedVersion {
  readonly name: string;
  /** One version is: it is in the database of the API server, whichever version somebody asks for. */
  readonly stored?: true;
  /** Whoever writes or reads in it gets a warning that names the one to use. */
  readonly deprecated?: true;
}

/**
 * All have the same fields, so the API server turns one into another by itself. A version is served a release before
 * it is stored, so that the CRDs of the release before can be put back (docs/versions.md).
 */
export const VERSIONS: readonly ServedVersion[] = [
  { name: VERSION },
  { name: 'v1alpha1', stored: true, deprecated: true },
];

/** `supercargo.dev/NAME` of a version that is served. */
export const isServed = (apiVersion: unknown): boolean =>
  VERSIONS.some(({ name }) => apiVersion === `${GROUP}/${name}`);

/** What to write in place of an apiVersion that is served but deprecated; undefined for one that is not. */
export function deprecation(apiVersion: unknown, kind: string): string | undefined {
  const version = VERSIONS.find(({ name }) => apiVersion === `${GROUP}/${name}`);
  if (!version?.deprecated) return undefined;
  return `${String(apiVersion)} ${kind} is deprecated: write ${API_VERSION}, which has the same fields`;
}

export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date' | 'boolean';
  readonly jsonPath: string;
  /** 0 is always shown, 1 with `-o wide`. */
  readonly priority?: 0 | 1;
  readonly description?: string;
}

/** All that is known of a kind: the CRD, the types, the reference pages and the offline validator come from it. */
export interface KindDefinition<S extends z.ZodType = z.ZodType, T extends z.ZodType = z.ZodType> {
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly scope: 'Namespaced' | 'Cluster';
  readonly description: string;
  readonly spec: S;
  readonly status: T;
  readonly columns: readonly PrinterColumn[];
  /** Fields that a watch can select by (KEP-4358). */
  readonly selectableFields?: readonly string[];
}

export function defineKind<S extends z.ZodType, T extends z.ZodType>(
  definition: KindDefinition<S, T>,
): KindDefinition<S, T> {
  return definition;
}

/** `kubectl get` answers "is it well, and since when?" the same way for every kind. */
export const READY_COLUMNS: readonly PrinterColumn[] = [
  { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
  { name: 'Since', type: 'date', jsonPath: '.status.conditions[?(@.type=="Ready")].lastTransitionTime' },
  { name: 'Message', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].message', priority: 1 },
];

/** Whose it is, where several installations are. */
export const INSTALLATION_COLUMN: PrinterColumn = {
  name: 'Installation',
  type: 'string',
  jsonPath: '.status.installation',
  priority: 1,
};
/** `--field-selector status.installation=NAME` lists what an installation looks after. */
export const INSTALLATION_FIELD = '.status.installation';

export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: {
    apiVersion: string;
    kind: string;
    name: string;
    uid: string;
    controller?: boolean;
    blockOwnerDeletion?: boolean;
  }[];
  managedFields?: unknown[];
}

/** A resource of a kind, as the API server gives it. */
export interface Resource<S = unknown, T = unknown> {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: S;
  status?: T;
}
