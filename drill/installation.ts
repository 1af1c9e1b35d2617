import { DEPLOYMENTS, SECRETS } from '../kit/kube/builtin.ts';
import type { KubeClient } from '../kit/kube/client.ts';
import { isApiError } from '../kit/kube/errors.ts';
import type { KubeObject } from '../kit/kube/objects.ts';
import { CannotRun } from './cannot-run.ts';

/** A platform may want none of these named: it gives each namespace ids of its own. */
export interface PodUser {
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly fsGroup?: number;
}

/** What the chart installed, as far as a drill needs it. */
export interface Installation {
  readonly namespace: string;
  readonly image: string;
  readonly imagePullPolicy: string;
  readonly hubUrl: string;
  /** Whom its pods run as. */
  readonly user?: PodUser;
  /** Secret with the hub's certificate, where it has one; its CA is in ca.crt. */
  readonly hubTlsSecret?: string;
  /** PEM of that CA. */
  readonly hubCa?: string;
}

interface OperatorDeployment extends KubeObject {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly securityContext?: PodUser;
        readonly containers: readonly {
          readonly image: string;
          readonly imagePullPolicy?: string;
          readonly env?: readonly { readonly name: string; readonly value?: string }[];
        }[];
        readonly volumes?: readonly { readonly name: string; readonly secret?: { readonly secretName?: string } }[];
      };
    };
  };
}

interface SecretView extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** As the chart names it. */
const HUB_CA_VOLUME = 'hub-ca';

const SELECTOR = 'app.kubernetes.io/name=supercargo,app.kubernetes.io/component=operator';

/** By the chart's labels, in the named namespace or wherever it is. */
export async function findInstallation(
  client: Pick<KubeClient, 'list' | 'find'>,
  systemNamespace: string | undefined,
  drillNamespace: string,
): Promise<Installation> {
  const { items } = await client
    .list<OperatorDeployment>(DEPLOYMENTS, { namespace: systemNamespace, labelSelector: SELECTOR })
    .catch((error: unknown) => {
      if (!isApiError(error, 'Forbidden')) throw error;
      throw new CannotRun(
        systemNamespace === undefined
          ? 'you may not list Deployments in all namespaces: name the one that the chart is installed in with --system-namespace'
          : `you may not list Deployments in namespace ${systemNamespace}`,
        { cause: error },
      );
    });
  const installation = chooseInstallation(items, drillNamespace);
  return { ...installation, hubCa: await readHubCa(client, installation) };
}

/** What the drill's warehouse must trust to talk to the hub. */
async function readHubCa(
  client: Pick<KubeClient, 'find'>,
  { namespace, hubTlsSecret }: Installation,
): Promise<string | undefined> {
  if (hubTlsSecret === undefined) return undefined;
  const secret = await client.find<SecretView>(SECRETS, hubTlsSecret, namespace).catch((error: unknown) => {
    if (!isApiError(error, 'Forbidden')) throw error;
    throw new CannotRun(
      `you may not read Secret ${namespace}/${hubTlsSecret}, whose ca.crt the warehouse of the drill needs to trust the hub: ask for the right to get it`,
      { cause: error },
    );
  });
  const encoded = secret?.data?.['ca.crt'];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8').trim();
}

export function chooseInstallation(deployments: readonly OperatorDeployment[], drillNamespace: string): Installation {
  const [operator, another] = deployments;
  if (!operator)
    throw new CannotRun(
      'no operator was found: is the chart installed in this cluster, and is this the right --context?',
    );
  const namespace = operator.metadata.namespace ?? '';
  if (another)
    throw new CannotRun(
      `there are operators in ${deployments.map(({ metadata }) => metadata.namespace).join(', ')}: name one with --system-namespace`,
    );
  const [container] = operator.spec.template.spec.containers;
  const env = (name: string) => container?.env?.find((variable) => variable.name === name)?.value ?? '';
  const watched = env('SUPERCARGO_WATCH_NAMESPACES');
  if (watched !== '')
    throw new CannotRun(
      `the operator watches ${watched} alone (watchNamespaces), so nobody would look at ${drillNamespace}: a drill needs an installation for the whole cluster`,
    );
  const hubUrl = env('SUPERCARGO_HUB_URL');
  if (!container || hubUrl === '')
    throw new CannotRun(
      `Deployment ${namespace}/${operator.metadata.name} does not say where the hub is (SUPERCARGO_HUB_URL): is it the chart's?`,
    );
  const volume = operator.spec.template.spec.volumes?.find(({ name }) => name === HUB_CA_VOLUME);
  const { runAsUser, runAsGroup, fsGroup } = operator.spec.template.spec.securityContext ?? {};
  return {
    namespace,
    image: container.image,
    imagePullPolicy: container.imagePullPolicy ?? 'IfNotPresent',
    hubUrl,
    user: { runAsUser, runAsGroup, fsGroup },
    ...(volume?.secret?.secretName === undefined ? {} : { hubTlsSecret: volume.secret.secretName }),
  };
}
