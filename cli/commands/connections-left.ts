import { isTheirs, resourceType, type Claimed } from '../../crds/index.ts';
import type { KubeClient } from '../../kit/kube/client.ts';
import { isApiError } from '../../kit/kube/errors.ts';
import type { KubeObject } from '../../kit/kube/objects.ts';

type Claimable = Claimed & KubeObject;

/** How many are named; the rest is counted. */
const NAMED = 5;

/** Which connections are an installation's: those that it claimed, and those that nobody has, as far as it looks. */
export interface Whose {
  readonly installation: string;
  readonly selector?: string | undefined;
}

/**
 * What the chart's job asks before an uninstall: connections of this installation that are left, of these namespaces or
 * of all. Without the operator nobody ends their pods or takes their finalizers off. Undefined: there are none.
 */
export async function connectionsLeft(
  client: Pick<KubeClient, 'list'>,
  namespaces: readonly string[],
  { installation, selector }: Whose,
): Promise<string | undefined> {
  const own = resourceType('Connection');
  const select = selector ? { labelSelector: selector } : {};
  const lists =
    namespaces.length > 0
      ? namespaces.map((namespace) => client.list<Claimable>(own, { ...select, namespace }).catch(notSeen(namespace)))
      : [client.list<Claimable>(own, select), client.list<Claimable>(resourceType('ClusterConnection'), select)];
  const all = (await Promise.all(lists)).flatMap(({ items }) => items);
  const found = all.filter((connection) => !isTheirs(connection, installation));
  if (found.length === 0) return undefined;
  const held = namespaces.filter((one) => found.some(({ metadata }) => metadata.namespace === one));
  const names = found.map(({ metadata: { namespace, name } }) => (namespace ? `${namespace}/${name}` : name)).sort();
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return [
    `${names.length} ${names.length === 1 ? 'connection is' : 'connections are'} left: ${names.slice(0, NAMED).join(', ')}${more}.`,
    'Nothing was uninstalled: without the operator their pods go on without a hub, and their deletion waits for ever.',
    `Delete them first (${deletion(held, found.length < all.length || selector ? installation : undefined)}), or leave them as they are: helm uninstall --no-hooks.`,
    'To keep the release, which Helm now calls "uninstalling" and would not upgrade: helm rollback RELEASE REVISION, with its last revision by helm history.',
  ].join('\n');
}

/** With a namespace its RoleBinding goes, so one that is gone looks like one in which nothing may be read. */
const notSeen = (namespace: string) => (error: unknown) => {
  if (!isApiError(error, 'Forbidden')) throw error;
  throw new Error(
    `nothing was uninstalled: namespace ${namespace} of watchNamespaces may not be read. If it is gone, or has no connection of this installation left, take it out of watchNamespaces first (helm upgrade --reuse-values --set ...), or leave this look out: helm uninstall --no-hooks`,
    { cause: error },
  );
};

/** In the namespaces that are this installation's, and of it alone: another one may have the rest. */
function deletion(namespaces: readonly string[], installation: string | undefined): string {
  const which = installation === undefined ? '--all' : `--field-selector status.installation=${installation}`;
  if (namespaces.length === 0) return `kubectl delete connections,clusterconnections ${which} -A`;
  return namespaces.map((namespace) => `kubectl -n ${namespace} delete connections ${which}`).join('; ');
}
