/* eslint-disable @typescript-eslint/no-explicit-any -- objects of any kind are looked at */
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { BUILD_PATIENCE_MS, ensureBinaries, noLog } from '../test/cluster/index.ts';
import { rendered } from '../test/support/rendered-chart.ts';

jest.setTimeout(BUILD_PATIENCE_MS);
beforeAll(() => ensureBinaries(['helm'], noLog));

const TLS = 'metrics.tls.secretName=metrics-cert';
const BOTH = ['metrics.podMonitor.enabled=true', 'metrics.serviceMonitor.enabled=true'];
const find = (objects: readonly any[], kind: string, end: string) =>
  objects.find(({ kind: of, metadata }) => of === kind && metadata.name.endsWith(end));

/** What a Prometheus asks of a pod of this component, by the port's name and the relabelings that let it stay. */
function asked(endpoints: readonly any[], ports: readonly string[], component: string): string[] {
  return endpoints
    .filter(({ port }) => ports.includes(port))
    .filter(({ relabelings = [] }) =>
      relabelings.every(({ action, regex }: any) => {
        const matches = new RegExp(`^(?:${regex})$`).test(component);
        return action === 'drop' ? !matches : action === 'keep' ? matches : true;
      }),
    )
    .map(
      ({ port, scheme = 'http', tlsConfig }) => `${scheme} ${port}${tlsConfig ? ` as ${tlsConfig.serverName}` : ''}`,
    );
}

describe('metrics.tls.secretName', () => {
  it.each([
    ['operator', ['http'], 'https http as supercargo-metrics.default.svc', 'http http'],
    ['hub', ['http', 'metrics'], 'https metrics as supercargo-metrics.default.svc', 'http metrics'],
    ['sync', ['http'], 'http http', 'http http'],
  ])('has Prometheus ask each %s once, by the scheme that it speaks', async (component, ports, secure, plain) => {
    for (const [values, expected] of [
      [[TLS, 'metrics.podMonitor.enabled=true'], secure],
      [['metrics.podMonitor.enabled=true'], plain],
    ] as const) {
      const { spec } = find(await rendered(...values), 'PodMonitor', 'supercargo');
      expect(asked(spec.podMetricsEndpoints, ports, component)).toEqual([expected]);
    }
  });

  it('has ServiceMonitors trust the CA of the Secret, under the name in the certificate', async () => {
    const objects = await rendered(TLS, ...BOTH);
    for (const part of ['hub', 'operator']) {
      const { endpoints } = find(objects, 'ServiceMonitor', part).spec;
      expect(endpoints).toHaveLength(1);
      expect(endpoints[0]).toMatchObject({
        scheme: 'https',
        tlsConfig: {
          ca: { secret: { name: 'metrics-cert', key: 'ca.crt' } },
          serverName: 'supercargo-metrics.default.svc',
        },
      });
    }
    // Sync pods alone are left to the PodMonitor.
    expect(JSON.stringify(find(objects, 'PodMonitor', 'supercargo').spec.podMetricsEndpoints)).not.toContain('https');
  });

  it('is in the annotations of operator and hub, and not in those of sync pods', async () => {
    const objects = await rendered(TLS, 'metrics.scrapeAnnotations=true');
    for (const part of ['hub', 'operator'])
      expect(find(objects, 'Deployment', part).spec.template.metadata.annotations).toMatchObject({
        'prometheus.io/scheme': 'https',
      });
    const { env } = find(objects, 'Deployment', 'operator').spec.template.spec.containers[0];
    const pods = env.find(({ name }: any) => name === 'SUPERCARGO_SYNC_PODS').value;
    expect(pods).toContain('prometheus.io/scrape');
    expect(pods).not.toContain('prometheus.io/scheme');
  });

  it('gives operator and hub the CA of clients only where these must show a certificate', async () => {
    const own = ['metrics.tls.clientCertificates=true', 'metrics.tls.tlsConfig.insecureSkipVerify=true'];
    for (const [values, keys] of [
      [[TLS], ['tls.crt', 'tls.key']],
      [
        [TLS, ...own],
        ['tls.crt', 'tls.key', 'ca.crt'],
      ],
    ] as const) {
      const objects = await rendered(...values);
      for (const part of ['hub', 'operator']) {
        const { volumes } = find(objects, 'Deployment', part).spec.template.spec;
        const { secret } = volumes.find(({ name }: any) => name === 'metrics-tls');
        expect(secret.items.map(({ key }: any) => key)).toEqual(keys);
      }
    }
  });
});

describe('metrics.tls.clientCertificates', () => {
  it('is refused without a Secret, and without what Prometheus is to show', async () => {
    await expect(rendered('metrics.tls.clientCertificates=true')).rejects.toThrow(/needs metrics.tls.secretName/);
    for (const monitor of BOTH)
      await expect(rendered(TLS, 'metrics.tls.clientCertificates=true', monitor)).rejects.toThrow(
        /needs metrics.tls.tlsConfig, with the cert and keySecret/,
      );
    await expect(rendered(TLS, 'metrics.tls.clientCertificates=true')).resolves.toBeDefined();
  });
});

describe('a VerticalPodAutoscaler', () => {
  it('sizes the container of its part, and stands beside no autoscaler of the same figures', async () => {
    const enabled = (part: string) => `${part}.verticalPodAutoscaler.enabled=true`;
    for (const part of ['hub', 'operator']) {
      const objects = await rendered(enabled(part));
      const { spec } = find(objects, 'VerticalPodAutoscaler', part);
      const { metadata, spec: deployed } = find(objects, spec.targetRef.kind, part);
      expect(spec.targetRef).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', name: metadata.name });
      expect(spec.resourcePolicy.containerPolicies.map(({ containerName }: any) => containerName)).toEqual(
        deployed.template.spec.containers.map(({ name }: any) => name),
      );
    }
    await expect(
      rendered(enabled('hub'), 'hub.autoscaling.enabled=true', 'hub.database.secretName=db'),
    ).rejects.toThrow(/exclude each other/);
  });
});
