import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { run } from '../test/cluster/exec.ts';
import { BUILD_PATIENCE_MS, binaryPath, ensureBinaries, noLog } from '../test/cluster/index.ts';

jest.setTimeout(60_000);

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}
interface Container {
  readonly name: string;
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly startupProbe?: Probe;
}
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- manifests of many kinds
type Manifest = any;

let manifests: readonly Manifest[];
const of = (kind: string, name: string): Manifest =>
  manifests.find((one) => one.kind === kind && one.metadata.name === name);

beforeAll(async () => {
  await ensureBinaries(['helm'], noLog);
  const chart = join(import.meta.dirname, 'supercargo');
  const on = ['networkPolicy.enabled', 'metrics.podMonitor.enabled', 'hub.ingress.enabled'].map((key) => `${key}=true`);
  const values = [
    ...on,
    'image.repository=s',
    'image.tag=t',
    'hub.ingress.hosts[0].host=hub.example',
    'hub.ingress.hosts[0].tlsSecretName=tls',
  ];
  const rendered = await run(binaryPath('helm'), [
    'template',
    '--kube-version',
    '1.37.2',
    'supercargo',
    chart,
    '--set',
    values.join(','),
  ]);
  manifests = parseAllDocuments(rendered)
    .map((document) => document.toJS())
    .filter(Boolean);
}, BUILD_PATIENCE_MS);

const containerOf = (name: string): Container => of('Deployment', name).spec.template.spec.containers[0];
const portOf = (container: Container, name: string) =>
  container.ports.find((port) => port.name === name)?.containerPort;

describe('metrics and probes of the hub', () => {
  it('listen where the chart says, and where the hub does without being told', async () => {
    const hub = containerOf('supercargo-hub');
    const told = hub.env.find(({ name }) => name === 'SUPERCARGO_METRICS_PORT')?.value;
    expect(portOf(hub, 'metrics')).toBe(Number(told));
    const main = await readFile(join(import.meta.dirname, '../hub/env.ts'), 'utf8');
    expect(main).toContain(`SUPERCARGO_METRICS_PORT: z.coerce.number().default(${told})`);
    for (const probe of [hub.startupProbe!, hub.livenessProbe, hub.readinessProbe])
      expect(probe.httpGet.port).toBe('metrics');
    const docs = await readFile(join(import.meta.dirname, '../docs/operating.md'), 'utf8');
    expect(docs).toContain(`the hub on port ${told}`);
  });

  it('are on no Service and no ingress', () => {
    expect(of('Service', 'supercargo-hub').spec.ports.map((port: { targetPort: string }) => port.targetPort)).toEqual([
      'http',
    ]);
    expect(JSON.stringify(of('Ingress', 'supercargo-hub').spec)).not.toContain('metrics');
  });

  it('are let in by the NetworkPolicy, and scraped by the name of their port', () => {
    const ingress = of('NetworkPolicy', 'supercargo-hub').spec.ingress as { ports: { port: string }[] }[];
    expect(ingress.flatMap(({ ports }) => ports.map(({ port }) => port))).toEqual(['http', 'metrics']);
    const { podMetricsEndpoints } = of('PodMonitor', 'supercargo').spec as {
      podMetricsEndpoints: { port: string; relabelings?: { regex: string; action: string }[] }[];
    };
    expect(podMetricsEndpoints.map(({ port }) => port)).toEqual(['http', 'metrics']);
    // The hub's other port has no metrics: asked for them it would count as down.
    expect(podMetricsEndpoints[0]!.relabelings).toMatchObject([{ regex: 'hub', action: 'drop' }]);
    const { labels } = of('Deployment', 'supercargo-hub').spec.template.metadata as { labels: Record<string, string> };
    expect(labels['app.kubernetes.io/component']).toBe('hub');
  });

  it("of the operator stay on its one port, which its policy's scrapers reach", () => {
    const operator = containerOf('supercargo-operator');
    expect([operator.livenessProbe, operator.readinessProbe].map(({ httpGet }) => httpGet.port)).toEqual([
      'http',
      'http',
    ]);
    expect(portOf(operator, 'http')).toBe(8080);
  });
});
