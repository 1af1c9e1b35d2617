import { describe, expect, it } from '@jest/globals';
import { SettingsSchemas } from '../settings.ts';
import { aConnection, aCredential, aDriver, aSnapshot, aStore } from '../../test/support/operator-fixtures.ts';
import { readConfig } from '../env.ts';
import { childrenOf } from './children.ts';
import type { ChildrenInput } from './children-input.ts';
import { decide } from './decide.ts';

const config = (pods: object | string) =>
  readConfig({
    SUPERCARGO_NAMESPACE: 'supercargo-system',
    SUPERCARGO_HUB_URL: 'http://hub.supercargo-system.svc:8080',
    SUPERCARGO_SYNC_IMAGE: 'supercargo:1',
    SUPERCARGO_SYNC_PODS: typeof pods === 'string' ? pods : JSON.stringify(pods),
    KUBERNETES_SERVICE_HOST: '10.96.0.1',
  });

const children = (pods: object, connection = aConnection(), shardKeys: string[] = []) => {
  const { syncPods, apiServerHost, hubUrl } = config(pods);
  const input: ChildrenInput = {
    connection,
    store: aStore(),
    driver: aDriver(),
    credential: aCredential(),
    replicas: 1,
    pod: {
      image: 'supercargo:1',
      imagePullPolicy: 'IfNotPresent',
      hubUrl,
      installation: 'one',
      shardKeys,
      hubNamespace: 'supercargo-system',
      apiServerPorts: [443],
      allowPlainHttp: false,
      privateNetworks: [],
      template: syncPods,
      apiServerHost,
    },
  };
  const of = (kind: string) => childrenOf(input).find((child) => child.kind === kind)?.intent as any; // eslint-disable-line @typescript-eslint/no-explicit-any -- children are of any kind; tests assert on them
  const { metadata, spec } = of('Deployment').spec.template;
  const env = Object.fromEntries(
    spec.containers[0].env.map(({ name, value }: { name: string; value?: string }) => [name, value]),
  );
  return { metadata, spec, env, container: spec.containers[0], selector: of('Deployment').spec.selector, network: of('NetworkPolicy').spec }; // prettier-ignore
};

describe("the cluster owner's part of a sync pod", () => {
  it('says who pulls its image and where it runs', () => {
    const placed = {
      imagePullSecrets: [{ name: 'regcred' }],
      nodeSelector: { pool: 'sync' },
      tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'sync', effect: 'NoSchedule' }],
      affinity: { nodeAffinity: { x: [1] } },
      priorityClassName: 'high',
      runtimeClassName: 'gvisor',
    };
    expect(children(placed).spec).toMatchObject(placed);
  });

  it('leaves out what is empty: the API server drops it, and it would be applied for ever', () => {
    expect(Object.keys(children({}).spec).sort()).toEqual(
      ['automountServiceAccountToken', 'containers', 'securityContext', 'serviceAccountName', 'terminationGracePeriodSeconds', 'volumes'], // prettier-ignore
    );
    expect(children({}).metadata.annotations).toBeUndefined();
    const empty = children({ env: { EMPTY: '' } }).container.env.find(({ name }: { name: string }) => name === 'EMPTY');
    expect(empty).toEqual({ name: 'EMPTY' });
  });

  it('spreads it among all sync pods where it names no others', () => {
    const one = { topologyKey: 'kubernetes.io/hostname', maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway' };
    expect(children({ topologySpreadConstraints: [one] }).spec.topologySpreadConstraints).toEqual([
      { ...one, labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'supercargo-sync' } } },
    ]);
  });

  it('labels it, and never takes its own labels away', () => {
    const labels = { 'sidecar.istio.io/inject': 'false' };
    const { metadata, selector } = children({ labels, annotations: { 'example.com/team': 'shops' } });
    expect(metadata).toMatchObject({ labels, annotations: { 'example.com/team': 'shops' } });
    expect(metadata.labels).toMatchObject(selector.matchLabels);
    for (const field of ['labels', 'annotations'])
      for (const key of ['app.kubernetes.io/name', 'supercargo.dev/connection', 'shops.supercargo.dev/x'])
        expect(() => config({ [field]: { [key]: 'x' } })).toThrow(new RegExp(`SUPERCARGO_SYNC_PODS.*${field}`, 's'));
    expect(() => config({ labels: { 'notsupercargo.dev/x': 'x' } })).not.toThrow();
  });

  it('has the label of its shard as the connection has it, whatever the owner writes under that key', () => {
    const connection = aConnection();
    const sharded = { ...connection, metadata: { ...connection.metadata, labels: { shard: 'a' } } };
    expect(children({ labels: { shard: 'b' } }, sharded, ['shard']).metadata.labels.shard).toBe('a');
  });

  it('adds plain variables, and none of those that the operator sets', () => {
    expect(children({ env: { TZ: 'UTC' }, logLevel: 'debug' }).env).toMatchObject({
      TZ: 'UTC',
      SUPERCARGO_LOG_LEVEL: 'debug',
    });
    const own = ['SUPERCARGO_HUB_URL', 'NODE_OPTIONS', 'MALLOC_ARENA_MAX', 'POD_NAME', 'KUBERNETES_SERVICE_HOST'];
    const outgoing = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];
    for (const name of [...own, ...outgoing, 'NODE_EXTRA_CA_CERTS'])
      expect(() => config({ env: { [name]: 'x' } })).toThrow(/operator sets itself/);
    expect(() => config({ logLevel: 'verbose' })).toThrow(/SUPERCARGO_SYNC_PODS.*logLevel/s);
  });

  it('names a proxy, which is not for hub and API server, and opens its port', () => {
    const { env, network } = children({ proxy: { https: 'http://proxy.corp:3128', none: ['shop.corp'] } });
    expect(env.HTTPS_PROXY).toBe('http://proxy.corp:3128');
    expect(env.NO_PROXY.split(',')).toEqual(
      expect.arrayContaining(['hub.supercargo-system.svc', '10.96.0.1', '.svc', 'shop.corp']),
    );
    expect(network.egress.at(-1).ports).toEqual([{ protocol: 'TCP', port: 3128 }]);
    expect(children({}).env.NO_PROXY).toBeUndefined();
    expect(() => config({ proxy: { https: 'http://user:secret@proxy:3128' } })).toThrow(/without user/);
  });

  it('mounts the CA certificates that its pods trust, and a login for the proxy, which stands nowhere in the pod', () => {
    const { spec, container, env } = children({
      trust: { configMap: 'corporate-ca', key: 'bundle.pem' },
      proxy: { https: 'http://proxy.corp:3128', loginSecret: 'proxy-login' },
    });
    expect(spec.volumes.slice(2)).toEqual([
      { name: 'trust', configMap: { name: 'corporate-ca', items: [{ key: 'bundle.pem', path: 'ca.crt' }] } },
      { name: 'proxy', secret: { secretName: 'proxy-login' } },
    ]);
    expect(container.volumeMounts.slice(2)).toEqual([
      { name: 'trust', mountPath: '/etc/supercargo/trust', readOnly: true },
      { name: 'proxy', mountPath: '/etc/supercargo/proxy', readOnly: true },
    ]);
    expect(env).toMatchObject({
      NODE_EXTRA_CA_CERTS: '/etc/supercargo/trust/ca.crt',
      SUPERCARGO_PROXY_LOGIN_DIR: '/etc/supercargo/proxy',
    });
    expect(children({ trust: { secret: 'ca' } }).spec.volumes[2]).toMatchObject({ secret: { secretName: 'ca' } });
    expect(children({}).spec.volumes).toHaveLength(2);
    expect(() => config({ trust: { secret: 'a', configMap: 'b' } })).toThrow(/name one of them/);
  });

  it('gives default resources, which a Connection changes one by one', () => {
    const resources = { requests: { cpu: '1000m', memory: '128Mi' }, limits: { cpu: '2', memory: '512Mi' } };
    const connection = aConnection({ resources: { limits: { memory: '1024Mi' } } });
    expect(children({ resources }, connection).container.resources).toEqual({
      requests: { cpu: '1', memory: '128Mi' },
      limits: { cpu: '2', memory: '1Gi' },
    });
  });

  it('is added to by its Connection, which overrules no word of the owner but the priority', () => {
    const owner = {
      nodeSelector: { pool: 'sync' },
      tolerations: [{ key: 'a', operator: 'Exists' }],
      priorityClassName: 'high',
      labels: { 'example.com/cost': 'shops' },
      annotations: { 'example.com/a': 'owner' },
    };
    const connection = aConnection({
      pod: {
        nodeSelector: { pool: 'mine', disk: 'ssd' },
        tolerations: [{ key: 'b', operator: 'Exists' }],
        priorityClassName: 'low',
        labels: { 'example.com/cost': 'mine', 'example.com/team': 'x', 'app.kubernetes.io/name': 'mine' },
        annotations: { 'example.com/a': 'mine', 'example.com/b': 'mine' },
      },
    });
    const { spec, metadata, selector } = children(owner, connection);
    expect(spec).toMatchObject({
      nodeSelector: { pool: 'sync', disk: 'ssd' },
      tolerations: [
        { key: 'a', operator: 'Exists' },
        { key: 'b', operator: 'Exists' },
      ],
      priorityClassName: 'low',
    });
    expect(metadata.labels).toMatchObject({ ...selector.matchLabels, 'example.com/cost': 'shops', 'example.com/team': 'x' }); // prettier-ignore
    expect(metadata.annotations).toEqual({ 'example.com/a': 'owner', 'example.com/b': 'mine' });
  });

  it.each(['labels', 'annotations'] as const)(
    'says which %s a Connection may give its pod: none by itself',
    (field) => {
      const connection = aConnection({ pod: { [field]: { 'iam.amazonaws.com/role': 'admin' } } });
      const said = (podMetadata: readonly string[]) =>
        decide(aSnapshot({ connection, podMetadata }), new SettingsSchemas()).findings.Accepted;
      expect(said([])).toMatchObject({ status: 'False', reason: 'InvalidSpec' });
      expect(said(['example.com/'])?.message).toMatch(
        /"iam\.amazonaws\.com\/role".*it allows example\.com\/.*connectionMetadata/,
      );
      expect(said(['iam.amazonaws.com/'])).toMatchObject({ status: 'True' });
    },
  );

  it('that is misspelt stops the operator with the path', () => {
    expect(() => config({ nodeSelektor: {} })).toThrow(/SUPERCARGO_SYNC_PODS: .*nodeSelektor/);
    expect(() => config('{')).toThrow(/SUPERCARGO_SYNC_PODS: is not JSON/);
  });
});
