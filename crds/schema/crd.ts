import { deprecation, GROUP, VERSIONS, type KindDefinition, type ServedVersion } from './define.ts';
import { storable } from './storable.ts';
import { structuralSchema, type JsonSchema } from './structural.ts';

/** With a kind all its objects go, so no tool takes it away by itself: neither Helm nor Argo CD. */
const KEPT = { 'argocd.argoproj.io/sync-options': 'Prune=false', 'helm.sh/resource-policy': 'keep' };

/** `kubectl get crd -l app.kubernetes.io/part-of=supercargo`. */
const LABELS = { 'app.kubernetes.io/part-of': 'supercargo' };

/** The CustomResourceDefinition of a kind, as an object ready to be written as YAML. */
export function customResourceDefinition(definition: KindDefinition): JsonSchema {
  const names = {
    kind: definition.kind,
    listKind: `${definition.kind}List`,
    plural: definition.plural,
    singular: definition.singular,
    shortNames: definition.shortNames,
    categories: ['supercargo'],
  };
  const version = ({ name: versionName, stored, deprecated }: ServedVersion) => ({
    name: versionName,
    served: true,
    storage: stored ?? false,
    ...(deprecated ? { deprecated, deprecationWarning: deprecation(`${GROUP}/${versionName}`, definition.kind) } : {}),
    additionalPrinterColumns: definition.columns.map(({ name, type, jsonPath, priority, description }) => ({
      name,
      type,
      jsonPath,
      ...(priority ? { priority } : {}),
      ...(description ? { description } : {}),
    })),
    ...(definition.selectableFields
      ? { selectableFields: definition.selectableFields.map((jsonPath) => ({ jsonPath })) }
      : {}),
    subresources: { status: {} },
    schema: { openAPIV3Schema: rootSchema(definition) },
  });
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${definition.plural}.${GROUP}`, labels: LABELS, annotations: KEPT },
    spec: { group: GROUP, scope: definition.scope, names, versions: VERSIONS.map(version) },
  };
}

function rootSchema(definition: KindDefinition): JsonSchema {
  return {
    description: definition.description,
    type: 'object',
    required: ['spec'],
    properties: {
      apiVersion: { description: 'supercargo.dev and the version of this schema.', type: 'string' },
      kind: { description: `${definition.kind}.`, type: 'string' },
      // The API server takes nothing but a type for the metadata of every kind.
      metadata: { type: 'object' },
      spec: { description: 'What is wanted.', ...storable(structuralSchema(definition.spec)) },
      // The one default there is: a resource that nobody has looked at yet is not taken for one that has
      // settled (kstatus compares the generations). In a status it is no difference for tools that compare with Git.
      status: {
        description: 'What is so; written by operator and sync pod alone.',
        ...structuralSchema(definition.status),
        default: { observedGeneration: 0 },
      },
    },
  };
}
