import type { Viewed } from '../status-view.ts';

/** What an entry of managedFields tells of who wrote which fields. */
interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly fieldsV1?: unknown;
}

/** Who writes the spec again by itself, or by the next command of somebody who does not know of the change. */
export interface Writer {
  /** As people call it, with what it calls the object's source. */
  readonly name: string;
  /** Puts the field back by itself. */
  readonly byItself: boolean;
  /** Whether spec.mode is among what it writes; if not it leaves the field alone. */
  readonly writesMode: boolean;
}

interface Tool {
  readonly is: (entry: ManagedFields) => boolean;
  readonly name: (metadata: Viewed['metadata']) => string;
  readonly byItself: boolean;
}

const TOOLS: readonly Tool[] = [
  {
    is: ({ manager = '' }) => manager.startsWith('argocd-'),
    name: ({ annotations, labels }) =>
      withSource(
        'Argo CD',
        'Application',
        annotations?.['argocd.argoproj.io/tracking-id']?.split(':')[0] ?? labels?.['app.kubernetes.io/instance'],
      ),
    byItself: true,
  },
  {
    is: ({ manager }) => manager === 'kustomize-controller',
    name: ({ labels }) => withSource('Flux', 'Kustomization', fluxSource(labels, 'kustomize')),
    byItself: true,
  },
  {
    is: ({ manager }) => manager === 'helm-controller',
    name: ({ labels }) => withSource('Flux', 'HelmRelease', fluxSource(labels, 'helm')),
    byItself: true,
  },
  { is: ({ manager }) => manager === 'helm', name: () => 'Helm', byItself: false },
  // "kubectl-patch" and "kubectl-edit" are one change each: nothing repeats them.
  {
    is: ({ manager, operation }) =>
      manager === 'kubectl-client-side-apply' || (manager === 'kubectl' && operation === 'Apply'),
    name: () => 'kubectl apply',
    byItself: false,
  },
];

/** The tools that write its spec: of several the one that would put spec.mode back, and by itself first. Pure. */
export function specWriter({ metadata }: Pick<Viewed, 'metadata'>): Writer | undefined {
  const writers = ((metadata.managedFields ?? []) as readonly ManagedFields[]).flatMap((entry) => {
    const tool = TOOLS.find(({ is }) => is(entry));
    const spec = field(entry.fieldsV1, 'f:spec');
    if (!tool || spec === undefined) return [];
    const writesMode = field(spec, 'f:mode') !== undefined;
    return [{ name: tool.name(metadata), byItself: tool.byItself, writesMode }];
  });
  const weight = ({ byItself, writesMode }: Writer) => (writesMode ? 2 : 0) + (byItself ? 1 : 0);
  return writers.toSorted((a, b) => weight(b) - weight(a))[0];
}

const withSource = (tool: string, kind: string, source: string | undefined): string =>
  source === undefined ? tool : `${tool} (${kind} ${source})`;

function fluxSource(labels: Viewed['metadata']['labels'], part: 'kustomize' | 'helm'): string | undefined {
  const name = labels?.[`${part}.toolkit.fluxcd.io/name`];
  const namespace = labels?.[`${part}.toolkit.fluxcd.io/namespace`];
  return name === undefined || namespace === undefined ? name : `${namespace}/${name}`;
}

function field(of: unknown, key: string): unknown {
  return typeof of === 'object' && of !== null ? (of as Record<string, unknown>)[key] : undefined;
}
