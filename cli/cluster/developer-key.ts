import { belongsTo, resourceType, type StoreResource } from '../../crds/index.ts';
import { SECRETS } from '../../kit/kube/builtin.ts';
import type { KubeClient } from '../../kit/kube/client.ts';
import { isApiError } from '../../kit/kube/errors.ts';
import type { KubeObject } from '../../kit/kube/objects.ts';
import { NotFound, UsageError } from '../exit-code.ts';

/** What a person said of the Store they mean. */
export interface StoreChoice {
  readonly namespace?: string;
  readonly store?: string;
  /** Of the kubeconfig's context: where to look first if no namespace was said. */
  readonly contextNamespace?: string;
}

interface SecretView extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

const KEY = 'apiKey';
type Reader = Pick<KubeClient, 'list' | 'find'>;

/** What a person's choice comes to. */
export interface DeveloperKey {
  readonly key: string;
  /** Whose hub takes it; undefined: nobody has claimed the Store yet. */
  readonly installation: string | undefined;
}

/** The developer API key of the Store that is meant, and whose hub it is for. */
export async function findDeveloperKey(client: Reader, choice: StoreChoice): Promise<DeveloperKey> {
  const store = await findStore(client, choice);
  return { key: await readKeyOf(client, store), installation: belongsTo(store) };
}

/** The key alone. */
export async function readDeveloperKey(client: Reader, choice: StoreChoice): Promise<string> {
  return (await findDeveloperKey(client, choice)).key;
}

/** Out of the Secret that its status names. */
async function readKeyOf(client: Reader, { metadata, status }: StoreResource): Promise<string> {
  const id = `${metadata.namespace}/${metadata.name}`;
  const secretName = status?.developerKey?.secretName;
  if (secretName === undefined)
    throw new Error(
      `Store ${id} has no developer API key yet: kubectl -n ${metadata.namespace} describe store ${metadata.name} says why`,
    );
  const secret = await client.find<SecretView>(SECRETS, secretName, metadata.namespace).catch((error: unknown) => {
    if (!isApiError(error, 'Forbidden')) throw error;
    throw new Error(
      `you may not read Secret ${metadata.namespace}/${secretName}, which holds the developer API key of Store ${id}: ask for the right to get it, or set SUPERCARGO_API_KEY`,
      { cause: error },
    );
  });
  const encoded = secret?.data?.[KEY];
  if (encoded === undefined)
    throw new Error(
      `Secret ${metadata.namespace}/${secretName} ${secret ? `has no key "${KEY}"` : 'is gone'}: annotate Store ${id} with supercargo.dev/rotate-developer-key to have a new one made`,
    );
  return Buffer.from(encoded, 'base64').toString('utf8');
}

async function findStore(client: Reader, choice: StoreChoice): Promise<StoreResource> {
  if (choice.namespace !== undefined)
    return chooseStore(await stores(client, choice.namespace), { ...choice, where: `namespace ${choice.namespace}` });
  const near = await stores(client, choice.contextNamespace ?? 'default').catch((error: unknown) => {
    if (isApiError(error, 'Forbidden')) return [];
    throw error;
  });
  if (near.length > 0)
    return chooseStore(near, { ...choice, where: `namespace ${choice.contextNamespace ?? 'default'}` });
  const all = await stores(client, undefined).catch((error: unknown) => {
    if (!isApiError(error, 'Forbidden')) throw error;
    throw new Error('name the namespace of the Store with -n: you may not list Stores in all of them', {
      cause: error,
    });
  });
  return chooseStore(all, { ...choice, where: 'this cluster' });
}

async function stores(client: Reader, namespace: string | undefined): Promise<StoreResource[]> {
  return (await client.list<StoreResource>(resourceType('Store'), { namespace })).items;
}

/** The one that is meant; a guess between several would show one client's data to another. */
export function chooseStore(
  found: readonly StoreResource[],
  { store, where }: { readonly store?: string; readonly where: string },
): StoreResource {
  const meant = store === undefined ? found : found.filter(({ metadata }) => metadata.name === store);
  const [first] = meant;
  const names = (list: readonly StoreResource[]) =>
    list
      .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
      .sort()
      .join(', ');
  if (!first)
    throw new NotFound(
      store === undefined
        ? `there is no Store in ${where}: name its namespace with -n`
        : `there is no Store ${store} in ${where}${found.length > 0 ? `: there are ${names(found)}` : ': name its namespace with -n'}`,
    );
  if (meant.length > 1)
    throw new UsageError(
      `there are several Stores in ${where}: ${names(meant)}. Name one with -n NAMESPACE and --store NAME`,
    );
  return first;
}
