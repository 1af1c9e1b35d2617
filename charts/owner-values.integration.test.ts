/* eslint-disable @typescript-eslint/no-explicit-any -- objects of any kind are looked at */
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { BUILD_PATIENCE_MS, ensureBinaries, noLog } from '../test/cluster/index.ts';
import { rendered } from '../test/support/rendered-chart.ts';

jest.setTimeout(BUILD_PATIENCE_MS);
beforeAll(() => ensureBinaries(['helm'], noLog));

const all = (...values: string[]): Promise<any[]> => rendered(...values);
const EVERYTHING = [
  'networkPolicy.enabled=true,watchNamespaces={acme}',
  'hub.ingress.enabled=true,hub.ingress.hosts[0].host=h.example.com,hub.ingress.hosts[0].tlsSecretName=x',
  'hub.httpRoute.enabled=true,hub.httpRoute.parentRefs[0].name=g,hub.httpRoute.hosts[0].host=r.example.com',
  'metrics.podMonitor.enabled=true,metrics.serviceMonitor.enabled=true,metrics.prometheusRule.enabled=true,metrics.dashboards.enabled=true',
];

describe('image.digest', () => {
  const DIGEST = `sha256:${'0a'.repeat(32)}`;

  it('is the image of every pod, and of those that the operator makes and is held to', async () => {
    const objects = await all(`image.digest=${DIGEST}`);
    const image = `ghcr.io/supercargo-dev/supercargo@${DIGEST}`;
    const pods = objects.flatMap(({ kind, spec }) => (kind === 'Pod' ? spec : (spec?.template?.spec ?? [])));
    expect(pods).toHaveLength(5);
    for (const { containers } of pods) for (const container of containers) expect(container.image).toBe(image);
    const text = JSON.stringify(objects);
    expect(text).toContain(`{"name":"SUPERCARGO_SYNC_IMAGE","value":"${image}"}`);
    const policies = objects.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');
    expect(JSON.stringify(policies)).toContain(image);
    expect(text).not.toContain('supercargo:0');
  });

  it('is none that could be another tomorrow', async () => {
    await expect(all('image.digest=latest')).rejects.toThrow(/digest/);
  });
});

it('every object of the chart says what it is part of, and so do its pods', async () => {
  const partOf = ({ labels }: any) => labels?.['app.kubernetes.io/part-of'];
  for (const { kind, metadata, spec } of await all(...EVERYTHING)) {
    const name = `${kind} ${metadata.name}`;
    expect([name, partOf(metadata)]).toEqual([name, 'supercargo']);
    if (spec?.template) expect([name, partOf(spec.template.metadata)]).toEqual([name, 'supercargo']);
    expect(JSON.stringify(spec?.selector ?? spec?.podSelector ?? {})).not.toContain('part-of');
  }
});

describe('commonLabels', () => {
  it('are on every object of the chart, and on its pods; no selector has them', async () => {
    const objects = await all(...EVERYTHING, 'commonLabels.team=shops');
    const without = objects.filter(({ metadata }) => metadata.labels?.team !== 'shops');
    expect(without.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([]);
    for (const { spec } of objects)
      if (spec?.template) expect(spec.template.metadata.labels).toMatchObject({ team: 'shops' });
    const selectors = objects.map(({ spec }) => spec?.selector ?? spec?.podSelector).filter(Boolean);
    expect(JSON.stringify(selectors)).not.toContain('shops');
  });

  it('are none of those by which things are found', async () => {
    await expect(all('commonLabels.app\\.kubernetes\\.io/name=x')).rejects.toThrow(/commonLabels/);
  });
});

describe('apiServerPorts', () => {
  it('are what network policies open, and what the operator opens for sync pods', async () => {
    const objects = await all('networkPolicy.enabled=true,apiServerPorts={16443}');
    for (const part of ['hub', 'operator']) {
      const { spec } = objects.find(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name.endsWith(part));
      const ports = spec.egress.flatMap((rule: any) => (rule.ports ?? []).map(({ port }: any) => port));
      expect(ports).toContain(16443);
      expect(ports).not.toContain(6443);
    }
    expect(JSON.stringify(objects)).toContain('{"name":"SUPERCARGO_API_SERVER_PORTS","value":"16443"}');
  });
});

describe('annotations of the owner', () => {
  it.each([
    ['ServiceAccount supercargo-hub', 'hub.serviceAccountAnnotations'],
    ['ServiceAccount supercargo-operator', 'operator.serviceAccountAnnotations'],
    ['Service supercargo-hub', 'hub.service.annotations'],
    ['PersistentVolumeClaim supercargo-hub', 'hub.persistence.annotations'],
  ])('are on the %s', async (which, value) => {
    const objects = await all(`${value}.cloud=x`);
    const marked = objects.filter(({ metadata }) => metadata.annotations?.cloud === 'x');
    expect(marked.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([which]);
  });
});
