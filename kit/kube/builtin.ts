import type { KubeObject, ResourceType } from './objects.ts';

export const namespaced = (apiVersion: string, kind: string, plural: string): ResourceType => ({
  apiVersion,
  kind,
  plural,
  namespaced: true,
});
export const clusterScoped = (apiVersion: string, kind: string, plural: string): ResourceType => ({
  apiVersion,
  kind,
  plural,
  namespaced: false,
});

/** Kinds of Kubernetes itself. */
export const NAMESPACES: ResourceType = clusterScoped('v1', 'Namespace', 'namespaces');
export const PODS: ResourceType = namespaced('v1', 'Pod', 'pods');
export const SECRETS: ResourceType = namespaced('v1', 'Secret', 'secrets');
export const SERVICES: ResourceType = namespaced('v1', 'Service', 'services');
export const DEPLOYMENTS: ResourceType = namespaced('apps/v1', 'Deployment', 'deployments');
export const NETWORK_POLICIES: ResourceType = namespaced('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies');

/** What is read of a Pod. */
export interface PodView extends KubeObject {
  readonly spec?: {
    readonly initContainers?: readonly { readonly name?: string }[];
    readonly containers: readonly {
      readonly name?: string;
      readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
      readonly env?: readonly { readonly name: string; readonly value?: string }[];
    }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
      readonly lastTransitionTime?: string;
    }[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

/** How a container fares. */
export interface ContainerStatus {
  readonly name?: string;
  readonly image?: string;
  readonly imageID?: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: EndedContainer;
  };
  readonly lastState?: { readonly terminated?: EndedContainer };
}

/** How a container ended. */
export interface EndedContainer {
  readonly reason?: string;
  readonly exitCode?: number;
}

/** Takes part in its Service, and is not on its way out. */
export function isReadyPod({ metadata, status }: PodView): boolean {
  return (
    metadata.deletionTimestamp === undefined &&
    (status?.conditions ?? []).some((condition) => condition.type === 'Ready' && condition.status === 'True')
  );
}

/** The number of a pod's port by its name. */
export function portOf({ spec }: PodView, name: string): number | undefined {
  return spec?.containers.flatMap(({ ports }) => ports ?? []).find((port) => port.name === name)?.containerPort;
}
