import { kindByName } from '../../crds/index.ts';
import { connectionName, nameOf } from '../connection-choice.ts';
import { NotFound, UsageError } from '../exit-code.ts';
import { choose, idOf, namespaceOf, type Scope } from '../scope.ts';
import type { Viewed } from '../status-view.ts';
import type { Target } from '../target.ts';
import { isRefusal } from './sink.ts';

/** What a report is about: an installation, as far as a namespace goes, or one connection. */
export interface Subject {
  /** Where its resources and pods are; undefined: everywhere. */
  readonly namespace: string | undefined;
  readonly connection?: {
    readonly kind: 'Connection' | 'ClusterConnection';
    readonly name: string;
    /** Undefined where it may not be read: what carries its name is reported all the same. */
    readonly resource: Viewed | undefined;
  };
}

/** Without a name the installation: all of it, but for what -n leaves out. */
export async function subjectOf(target: Target, word: string | undefined, scope: Scope): Promise<Subject> {
  if (word === undefined) {
    namespaceOf(target, scope);
    return { namespace: scope.namespace };
  }
  const { kind, name } = connectionName(word);
  if (kind === 'ClusterConnection') return wideSubject(target, name, scope);
  try {
    const [resource] = await choose(target, 'Connection', { ...scope, names: [name] });
    return subject('Connection', name, resource!, resource!.metadata.namespace);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (nameOf(word).kind === undefined) {
      const wide = await target.list('ClusterConnection', undefined, undefined).catch(() => []);
      const found = wide.find(({ metadata }) => metadata.name === name);
      if (found) return subject('ClusterConnection', name, found, String(found.spec['namespace']));
    }
    if (error instanceof NotFound || !isRefusal(error)) throw error;
    const namespace = namespaceOf(target, scope);
    if (namespace === undefined) throw error;
    return { namespace, connection: { kind: 'Connection', name, resource: undefined } };
  }
}

async function wideSubject(target: Target, name: string, scope: Scope): Promise<Subject> {
  try {
    const [resource] = await choose(target, 'ClusterConnection', { names: [name] });
    return subject('ClusterConnection', name, resource!, String(resource!.spec['namespace']));
  } catch (error) {
    if (!isRefusal(error) || scope.namespace === undefined) throw error;
    // What carries its name is reported all the same, where -n says where that is.
    return { namespace: scope.namespace, connection: { kind: 'ClusterConnection', name, resource: undefined } };
  }
}

const subject = (
  kind: 'Connection' | 'ClusterConnection',
  name: string,
  resource: Viewed,
  namespace: string | undefined,
): Subject => ({ namespace, connection: { kind, name, resource } });

/** In words, for the index. */
export function inWords({ namespace, connection }: Subject): string {
  if (connection)
    return connection.kind === 'Connection'
      ? `Connection ${namespace}/${connection.name}`
      : `ClusterConnection ${connection.name} (namespace ${namespace})`;
  return namespace === undefined ? 'the installation' : `the installation, as far as namespace ${namespace} goes`;
}

/** Which resources belong to it. `feeds`: keys of those Feeds that do, for their FeedRuns. Pure. */
export function belongs(subject: Subject, resource: Viewed, feeds: ReadonlySet<string>): boolean {
  const { kind, metadata, spec } = resource;
  const { namespace, connection } = subject;
  const namespaced = kindByName(kind)?.scope === 'Namespaced';
  if (namespaced && namespace !== undefined && metadata.namespace !== namespace) return false;
  if (connection) return USES[kind]?.({ namespace, connection }, resource, feeds) ?? false;
  return kind !== 'ClusterConnection' || namespace === undefined || spec['namespace'] === namespace;
}

type Use = (
  subject: Pick<Subject, 'namespace'> & Required<Pick<Subject, 'connection'>>,
  resource: Viewed,
  feeds: ReadonlySet<string>,
) => boolean;

interface Ref {
  readonly kind?: string;
  readonly name?: string;
}
const refIn = (spec: Readonly<Record<string, unknown>> | undefined, field: string): Ref => spec?.[field] ?? {};
const itself: Use = ({ connection }, { kind, metadata }) =>
  kind === connection.kind && metadata.name === connection.name;
const named =
  (field: string): Use =>
  ({ connection }, { metadata }) =>
    metadata.name === refIn(connection.resource?.spec, field).name;

/** What a connection uses, by kind. */
const USES: Readonly<Record<string, Use>> = {
  Connection: itself,
  ClusterConnection: itself,
  Store: named('storeRef'),
  Credential: named('credentialRef'),
  Driver: ({ connection }, { metadata }) => metadata.name === connection.resource?.spec['driver'],
  Feed: ({ connection }, { spec }) => {
    const { kind = 'Connection', name } = refIn(spec, 'connectionRef');
    return kind === connection.kind && name === connection.name;
  },
  FeedRun: (_, { metadata, spec }, feeds) => feeds.has(`${metadata.namespace}/${refIn(spec, 'feedRef').name}`),
  License: ({ namespace, connection }, { status }) => {
    const store = refIn(connection.resource?.spec, 'storeRef').name;
    return seatsOf(status).some((seat) => seat.namespace === namespace && seat.name === store);
  },
};

interface Seat {
  readonly namespace?: string;
  readonly name?: string;
}
const seatsOf = (of: Readonly<Record<string, unknown>> | undefined): readonly Seat[] =>
  (of?.['stores'] ?? []) as readonly Seat[];

/** A License without the Stores of other namespaces: whose they are is nobody else's. Pure. */
export function withoutOthers({ namespace }: Subject, resource: Viewed): Viewed {
  if (resource.kind !== 'License' || namespace === undefined) return resource;
  const { spec, status } = resource;
  const own = (seats: readonly Seat[]) => seats.filter((seat) => seat.namespace === namespace);
  return {
    ...resource,
    spec: { ...spec, stores: own(seatsOf(spec)) },
    ...(status ? { status: { ...status, stores: own(seatsOf(status)) } } : {}),
  };
}

/** "namespace/name" of a Feed. */
export const feedKey = (feed: Viewed): string => idOf(feed);
