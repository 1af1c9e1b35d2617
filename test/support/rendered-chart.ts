import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { run } from '../cluster/exec.ts';
import { binaryPath } from '../cluster/index.ts';

export const CHART = join(import.meta.dirname, '..', '..', 'charts', 'supercargo');

/** An object of the chart. */
export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Values that together make every object that the chart has: two sets, since some leave others out. */
const EVERYTHING = [
  [
    'operator.verticalPodAutoscaler.enabled=true,hub.verticalPodAutoscaler.enabled=true',
    'networkPolicy.enabled=true,watchNamespaces={acme},credentials.requireUse=true,drivers.readers={shops}',
    'hub.ingress.enabled=true,hub.ingress.hosts[0].host=h.example.com,hub.ingress.hosts[0].tlsSecretName=x',
    'hub.httpRoute.enabled=true,hub.httpRoute.parentRefs[0].name=g,hub.httpRoute.hosts[0].host=r.example.com',
    'metrics.podMonitor.enabled=true,metrics.serviceMonitor.enabled=true,metrics.prometheusRule.enabled=true,metrics.dashboards.enabled=true',
  ],
  ['hub.database.secretName=db,hub.autoscaling.enabled=true'],
];

/** Every object that the chart can have, some of them twice. */
export async function renderedWhole(...values: string[]): Promise<Rendered[]> {
  return (await Promise.all(EVERYTHING.map((set) => rendered(...set, ...values)))).flat();
}

/** The chart as Helm renders it with these values. */
export function rendered(...values: string[]): Promise<Rendered[]> {
  return renderedAs('supercargo', ...values.flatMap((value) => ['--set', value]));
}

/** As a release of that name, with options of Helm. */
export async function renderedAs(release: string, ...options: string[]): Promise<Rendered[]> {
  const text = await run(binaryPath('helm'), ['template', '--kube-version', '1.37.2', release, CHART, ...options]);
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as Rendered | null) ?? []);
}
