import type { KubeObject, ResourceType } from '../../kit/kube/objects.ts';

export const CRDS: ResourceType = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};

/** A CRD, as far as its versions go. */
export interface Crd extends KubeObject {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly served: boolean; readonly storage: boolean }[];
  };
  readonly status?: { readonly storedVersions?: readonly string[] };
}

/** Versions in which somebody can ask for it. */
export const servedBy = ({ spec }: Crd): readonly string[] =>
  spec.versions.filter(({ served }) => served).map(({ name }) => name);

/** The version in which it is stored from now on. */
export const storageOf = ({ spec }: Crd): string => spec.versions.find(({ storage }) => storage)!.name;

/** Those in which something may be stored, beside the one of today. */
export const olderOf = (crd: Crd): readonly string[] =>
  (crd.status?.storedVersions ?? []).filter((version) => version !== storageOf(crd));
