import { GROUP } from './schema/define.ts';

/** Annotations that a person or the CLI sets; any new value is a new request, status echoes the last one handled. */
export const ANNOTATIONS = {
  syncRequested: `${GROUP}/sync-requested-at`,
  runRequested: `${GROUP}/run-requested-at`,
  testRequested: `${GROUP}/test-requested-at`,
  /** On any resource: the operator looks at it now. Nothing echoes it: what it finds is the echo. */
  reconcileRequested: `${GROUP}/reconcile-requested-at`,
  /** On a Feed: digest of the held plan that may go. */
  release: `${GROUP}/release`,
  /**
   * On a Store: any new value makes a new developer API key in a new Secret; the old key stops working, its Secret
   * stays.
   */
  rotateDeveloperKey: `${GROUP}/rotate-developer-key`,
  /** On a Store or Driver, with "true": it may be deleted although connections use it. */
  deleteInUse: `${GROUP}/delete-in-use`,
  /** On a Store: uid of the Store that had its name before, whose data it takes over. */
  adopt: `${GROUP}/adopt`,
} as const;

/** Set on every child and mirrored to the connection, so that lists filter by them. */
export const LABELS = {
  client: `${GROUP}/client`,
  store: `${GROUP}/store`,
  warehouse: `${GROUP}/warehouse`,
  driver: `${GROUP}/driver`,
  platformKind: `${GROUP}/platform-kind`,
  connection: `${GROUP}/connection`,
  connectionKind: `${GROUP}/connection-kind`,
  /** On what an installation made: its name. On a resource that people write: whose it is to be (ownership.ts). */
  installation: `${GROUP}/installation`,
} as const;

/**
 * Conditions of a connection that its pod says and the operator sums up in Ready, in the order in which one thing needs
 * the other. What Ready says the operator tells by Events; the pod tells of its other conditions.
 */
export const SUMMED_UP_CONDITIONS = ['CredentialValid', 'Reachable', 'Synced', 'Fresh'] as const;

export const FINALIZER = `${GROUP}/connection`;

/** Field managers of server-side apply: who owns which fields (docs/decisions/0006-conditions-and-writers.md). */
export const FIELD_MANAGERS = {
  operator: 'supercargo-operator',
  /** Of status.installation alone, so that a claim takes nothing else of the status over. */
  installation: 'supercargo-installation',
  sync: 'supercargo-sync',
  hub: 'supercargo-hub',
  cli: 'supercargo-cli',
} as const;

/** Audience of the projected token by which a sync pod proves itself to the hub. */
export const HUB_AUDIENCE = 'supercargo-hub';

export type ConnectionKindName = 'Connection' | 'ClusterConnection';

/** What identifies a connection everywhere: its kind, its name and the namespace of its pod. */
export interface ConnectionKey {
  readonly kind: ConnectionKindName;
  readonly namespace: string;
  readonly name: string;
}

/** Name of every child of a connection (ServiceAccount, Role, Deployment …), unique within the namespace. */
export function childName(key: Pick<ConnectionKey, 'kind' | 'name'>): string {
  return `${key.kind === 'Connection' ? 'sync' : 'csync'}-${key.name}`;
}

/** The connection behind a sync pod's ServiceAccount, or undefined for any other account. */
export function connectionOfServiceAccount(namespace: string, account: string): ConnectionKey | undefined {
  if (account.startsWith('sync-')) return { kind: 'Connection', namespace, name: account.slice('sync-'.length) };
  if (account.startsWith('csync-'))
    return { kind: 'ClusterConnection', namespace, name: account.slice('csync-'.length) };
  return undefined;
}
