import { describe, expect, it } from '@jest/globals';
import { KINDS, validateResource } from '../crds/index.ts';
import { chooseInstallation, type Installation } from './installation.ts';
import * as manifests from './manifests.ts';
import { drillNames } from './names.ts';
import type { DrillSettings } from './settings.ts';

const names = drillNames('drill', 'abc');
const installation: Installation = {
  namespace: 'system',
  image: 'registry.example.com/supercargo:1',
  imagePullPolicy: 'Always',
  hubUrl: 'http://hub.system.svc:8080',
};
const settings: DrillSettings = {
  namespace: 'drill',
  kills: 1,
  parts: ['sync'],
  faults: ['5xx'],
  ordersPerBurst: 1,
  seed: 7,
  keep: false,
};

describe('what a drill applies', () => {
  it('is valid, resource by resource', () => {
    for (const resource of [
      manifests.storeManifest(names, '10.0.0.9'),
      manifests.storeManifest(names, 'fd00::9'),
      ...manifests.connectionManifests(names),
    ]) {
      expect(
        validateResource(
          KINDS.find(({ kind }) => kind === resource.kind)!,
          resource,
        ),
      ).toEqual([]);
    }
  });

  it("opens the hub's way to the counterpart alone", () => {
    expect(manifests.storeManifest(names, '10.0.0.9').spec).toMatchObject({ allowedPrivateNetworks: ['10.0.0.9/32'] });
    expect(manifests.storeManifest(names, 'fd00::9').spec).toMatchObject({ allowedPrivateNetworks: ['fd00::9/128'] });
    const policy = manifests.networkManifest(names, installation) as unknown as {
      metadata: { namespace: string };
      spec: { podSelector: { matchLabels: object }; ingress: { from: unknown[] }[] };
    };
    expect(policy.metadata.namespace).toBe('drill');
    expect(policy.spec.podSelector.matchLabels).toEqual({ 'app.kubernetes.io/name': 'drill-counterpart' });
    expect(policy.spec.ingress.map(({ from }) => from)).toEqual([
      [{ podSelector: {} }, { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'system' } } }],
    ]);
  });

  it("has no key anywhere but in its Secrets, and gives the sync pod the shop's alone", () => {
    const keys = { shop: 'shop-key-of-the-drill', control: 'control-key-of-the-drill' };
    const [shop, control] = manifests.secretManifests(names, keys);
    expect([shop!['stringData'], control!['stringData']]).toEqual([
      { apiKey: keys.shop },
      { controlKey: keys.control },
    ]);
    const rest = JSON.stringify([
      manifests.deploymentManifest(names, installation, settings, 'developer'),
      manifests.connectionManifests(names),
    ]);
    expect(rest).not.toContain('key-of-the-drill');
    expect(JSON.stringify(manifests.connectionManifests(names))).not.toContain(control!.metadata.name);
  });

  it('runs the image of the operator under restricted pod security', () => {
    const deployment = manifests.deploymentManifest(names, installation, settings, 'developer') as unknown as {
      spec: {
        template: {
          spec: {
            automountServiceAccountToken: boolean;
            securityContext: object;
            containers: Record<string, object>[];
          };
        };
      };
    };
    const { automountServiceAccountToken, securityContext, containers } = deployment.spec.template.spec;
    expect(automountServiceAccountToken).toBe(false);
    expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(containers[0]).toMatchObject({
      image: installation.image,
      imagePullPolicy: 'Always',
      args: ['drill'],
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
    });
  });
});

describe('the installation', () => {
  const operator = (namespace: string, env: Record<string, string>) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'supercargo-operator', namespace },
    spec: {
      template: {
        spec: {
          containers: [
            {
              image: 'i:1',
              imagePullPolicy: 'Always',
              env: Object.entries(env).map(([name, value]) => ({ name, value })),
            },
          ],
        },
      },
    },
  });
  const WELL = { SUPERCARGO_HUB_URL: 'http://hub:8080', SUPERCARGO_WATCH_NAMESPACES: '' };

  it("is read from the operator's Deployment", () => {
    expect(chooseInstallation([operator('system', WELL)], 'drill')).toEqual({
      namespace: 'system',
      image: 'i:1',
      imagePullPolicy: 'Always',
      hubUrl: 'http://hub:8080',
    });
  });

  it('that does not fit is named with what to do', () => {
    expect(() => chooseInstallation([], 'drill')).toThrow('is the chart installed');
    expect(() => chooseInstallation([operator('a', WELL), operator('b', WELL)], 'drill')).toThrow(
      'there are operators in a, b: name one with --system-namespace',
    );
    expect(() =>
      chooseInstallation([operator('a', { ...WELL, SUPERCARGO_WATCH_NAMESPACES: 'acme' })], 'drill'),
    ).toThrow('the operator watches acme alone');
    expect(() => chooseInstallation([operator('a', {})], 'drill')).toThrow('does not say where the hub is');
  });
});
