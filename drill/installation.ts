import { DEPLOYMENTS } from '../kit/kube/builtin.ts';
import type { KubeClient } from '../kit/kube/client.ts';
import { isApiError } from '../kit/kube/errors.ts';
import type { KubeObject } from '../kit/kube/objects.ts';
import { CannotRun } from './cannot-run.ts';

/** What the chart installed, as far as a drill needs it. */
export interface Installation {
  readonly namespace: string;
  readonly image: string;
  readonly imagePullPolicy: string;
  readonly hubUrl: string;
}

interface OperatorDeployment extends KubeObject {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly image: string;
          readonly imagePullPolicy?: string;
          readonly env?: readonly { readonly name: string; readonly value?: string }[];
        }[];
      };
    };
  };
}

const SELECTOR = 'app.kubernetes.io/name=supercargo,app.kubernetes.io/component=operator';

/** By the chart's labels, in the named namespace or wherever it is. */
export async function findInstallation(
  client: Pick<KubeClient, 'list'>,
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
  return chooseInstallation(items, drillNamespace);
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
  return { namespace, image: container.image, imagePullPolicy: container.imagePullPolicy ?? 'IfNotPresent', hubUrl };
}
