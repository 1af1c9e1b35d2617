import { describe, expect, it } from '@jest/globals';
import { KINDS, validateResource } from '../crds/index.ts';
import { ApiError } from '../kit/kube/errors.ts';
import { chooseInstallation, findInstallation, type Installation } from './installation.ts';
import * as manifests from './manifests.ts';
import { drillNames } from './names.ts';
import type { DrillSettings } from './settings.ts';

const names = drillNames('drill', 'abc');
const installation: Installation = {
  namespace: 'system',
  image: 'registry.example.com/supercargo:1',
  imagePullPolicy: 'Always',
  user: { runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532 },
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
    expect(securityContext).toMatchObject(installation.user!);
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
      user: {},
    });
  });

  it('runs its pods as the operator does, as nobody by name where the platform gives ids of its own', () => {
    const deployment = operator('system', WELL);
    const as = (securityContext?: object) => {
      const spec = { ...deployment.spec.template.spec, securityContext };
      return chooseInstallation([{ ...deployment, spec: { template: { spec } } }], 'drill').user;
    };
    expect(as({ runAsNonRoot: true, runAsUser: 65532 })).toEqual({ runAsUser: 65532 });
    expect(as({ runAsNonRoot: true })).toEqual({});
  });

  it('names the Secret of a hub that has a certificate, whose CA the warehouse is given', () => {
    const deployment = operator('system', { ...WELL, SUPERCARGO_HUB_URL: 'https://hub' });
    const spec = { ...deployment.spec.template.spec, volumes: [{ name: 'hub-ca', secret: { secretName: 'hub-tls' } }] };
    const found = chooseInstallation([{ ...deployment, spec: { template: { spec } } }], 'drill');
    expect(found.hubTlsSecret).toBe('hub-tls');
    const trusting = { ...found, hubCa: 'PEM' };
    expect(JSON.stringify(manifests.deploymentManifest(names, trusting, settings, 'developer'))).toContain(
      '{"name":"SUPERCARGO_HUB_CA","value":"PEM"}',
    );
    expect(JSON.stringify(manifests.networkManifest(names, trusting))).toContain('443');
  });

  it('reads that CA, and says which right is missing', async () => {
    const deployment = operator('system', WELL);
    const spec = { ...deployment.spec.template.spec, volumes: [{ name: 'hub-ca', secret: { secretName: 'hub-tls' } }] };
    const client = (find: () => Promise<unknown>) =>
      ({
        list: async () => ({ items: [{ ...deployment, spec: { template: { spec } } }] }),
        find,
      }) as unknown as Parameters<typeof findInstallation>[0];
    const data = { 'ca.crt': Buffer.from('PEM\n').toString('base64') };
    expect(
      (
        await findInstallation(
          client(async () => ({ data })),
          undefined,
          'drill',
        )
      ).hubCa,
    ).toBe('PEM');
    const refused = client(async () => {
      throw new ApiError('Forbidden', 403, 'no');
    });
    await expect(findInstallation(refused, undefined, 'drill')).rejects.toThrow(
      /you may not read Secret system\/hub-tls, .*: ask for the right to get it/,
    );
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
