import { KubeConfig } from '@kubernetes/client-node';
import type { Registry } from 'prom-client';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import {
  API_VERSION,
  childName,
  FIELD_MANAGERS,
  KINDS,
  resourceType,
  type Condition,
  type ConnectionStatus,
} from '../../crds/index.ts';
import { kstatusProblems } from '../../kit/kstatus-check.ts';
import type { KubeClient } from '../../kit/kube/client.ts';
import { createClient, kubeConfigAccess } from '../../kit/kube/kube-config.ts';
import type { Intent, KubeObject, ResourceType } from '../../kit/kube/objects.ts';
import { createLogger } from '../../kit/log.ts';
import { runOperator } from '../../operator/main.ts';
import {
  OPERATOR_CLUSTER_RULES,
  OPERATOR_LEASE_RULES,
  OPERATOR_NAMESPACE_RULES,
  type PolicyRule,
} from '../../operator/rbac.ts';
import { CHILD_TYPES, type ChildKind, type DeploymentView } from '../../operator/resources.ts';
import { startControlPlane, type ControlPlane, type ControlPlaneOptions } from '../cluster/index.ts';
import { writesOf } from './audit-log.ts';
import { inForce } from './rights.ts';
import { PATIENCE_MS, until } from './until.ts';

export { until };

const CRDS: ResourceType = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};
const NAMESPACES: ResourceType = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false };
/** Counts lag by half a second, on a busy machine by more: who wrote nothing for this long has nothing to write. */
const REST_MS = 2_000;

/** A resource with its status as tests read it. */
export interface Seen extends KubeObject {
  spec: Record<string, unknown>;
  status?: { observedGeneration?: number; conditions?: Condition[]; [field: string]: unknown };
}

/** An operator that runs in this process. */
export interface RunningOperator {
  readonly registry: Registry;
  readonly port: number;
  stop(): Promise<void>;
}

/** A real API server with our kinds, operators in this process, a hub that only notes what it is asked. */
export class OperatorRig {
  readonly controlPlane: ControlPlane;
  readonly client: KubeClient;
  readonly config: KubeConfig;
  /** Paths that were asked for at the hub. */
  readonly hubRequests: string[] = [];
  /** Status that the hub answers with. */
  hubStatus = 200;
  readonly #hub: Server;
  readonly #folder: string;

  private constructor(controlPlane: ControlPlane, config: KubeConfig, hub: Server, folder: string) {
    this.controlPlane = controlPlane;
    this.config = config;
    this.client = createClient(config);
    this.#hub = hub;
    this.#folder = folder;
    hub.on('request', (request, response) => {
      this.hubRequests.push(`${request.method} ${request.url}`);
      response.writeHead(this.hubStatus, { 'content-type': 'application/json' }).end(JSON.stringify({ deleted: 7 }));
    });
  }

  static async start(options: ControlPlaneOptions = {}): Promise<OperatorRig> {
    const controlPlane = await startControlPlane(options);
    const config = new KubeConfig();
    config.loadFromFile(controlPlane.kubeconfig);
    const hub = createServer();
    await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve));
    const folder = await mkdtemp(join(tmpdir(), 'supercargo-rig-'));
    await writeFile(join(folder, 'token'), 'test-token');
    const rig = new OperatorRig(controlPlane, config, hub, folder);
    await rig.#installKinds();
    return rig;
  }

  async stop(): Promise<void> {
    await this.client.close();
    this.#hub.closeAllConnections();
    this.#hub.close();
    await this.controlPlane.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Resolves once the operator has seen everything. */
  async startOperator(env: Record<string, string> = {}, account?: KubeConfig): Promise<RunningOperator> {
    // With the rights of the chart, never those of an administrator: a right that is missing shows in every test.
    const config =
      account ??
      (await this.serviceAccount('supercargo-operator', {
        cluster: [...OPERATOR_NAMESPACE_RULES, ...OPERATOR_CLUSTER_RULES],
        namespaces: { default: OPERATOR_LEASE_RULES },
      }));
    const stop = new AbortController();
    const port = (this.#hub.address() as AddressInfo).port;
    let ready = (_: { registry: Registry; port: number }) => {};
    const started = new Promise<{ registry: Registry; port: number }>((resolve) => {
      ready = resolve;
    });
    const running = runOperator(
      {
        SUPERCARGO_NAMESPACE: 'default',
        SUPERCARGO_HUB_URL: `http://127.0.0.1:${port}`,
        SUPERCARGO_HUB_TOKEN_FILE: join(this.#folder, 'token'),
        SUPERCARGO_SYNC_IMAGE: 'supercargo:test',
        SUPERCARGO_HTTP_PORT: '0',
        SUPERCARGO_LEADER_ELECTION: 'false',
        ...env,
      },
      stop.signal,
      {
        access: kubeConfigAccess(config),
        log: createLogger('operator', process.env['RIG_LOG'] ?? 'silent'),
        onReady: ready,
      },
    );
    const first = await Promise.race([
      started,
      running.then(() => Promise.reject(new Error('the operator ended before it was ready'))),
    ]);
    return {
      ...first,
      stop: async () => {
        stop.abort();
        await running;
      },
    };
  }

  /** A kubeconfig of a new ServiceAccount that has exactly these rights: what the chart would give an operator. */
  async serviceAccount(
    name: string,
    rights: { cluster?: readonly PolicyRule[]; namespaces?: Readonly<Record<string, readonly PolicyRule[]>> },
  ): Promise<KubeConfig> {
    const subjects = [{ kind: 'ServiceAccount', name, namespace: 'default' }];
    const apiGroup = 'rbac.authorization.k8s.io';
    const apply = (kind: ChildKind, intent: Omit<Intent, 'apiVersion' | 'kind'>) =>
      this.client.apply(CHILD_TYPES[kind], { apiVersion: CHILD_TYPES[kind].apiVersion, kind, ...intent } as Intent, {
        manager: 'test',
      });
    await apply('ServiceAccount', { metadata: { name, namespace: 'default' } });
    if (rights.cluster) {
      await apply('ClusterRole', { metadata: { name }, rules: rights.cluster });
      await apply('ClusterRoleBinding', {
        metadata: { name },
        roleRef: { apiGroup, kind: 'ClusterRole', name },
        subjects,
      });
    }
    for (const [namespace, rules] of Object.entries(rights.namespaces ?? {})) {
      await apply('Role', { metadata: { name, namespace }, rules });
      await apply('RoleBinding', {
        metadata: { name, namespace },
        roleRef: { apiGroup, kind: 'Role', name },
        subjects,
      });
    }
    const user = `system:serviceaccount:default:${name}`;
    await inForce(this.client, user, rights.cluster ?? []);
    for (const [namespace, rules] of Object.entries(rights.namespaces ?? {}))
      await inForce(this.client, user, rules, namespace);
    return this.#configOf(name);
  }

  /** A kubeconfig of a ServiceAccount that the operator made. */
  podAccount(namespace: string, name: string): Promise<KubeConfig> {
    return this.#configOf(name, namespace);
  }

  async #configOf(name: string, namespace = 'default'): Promise<KubeConfig> {
    const tokens: ResourceType = {
      apiVersion: 'v1',
      kind: 'TokenRequest',
      plural: `serviceaccounts/${name}/token`,
      namespaced: true,
    };
    const { status } = await this.client.create<KubeObject & { status: { token: string } }>(tokens, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: { name, namespace },
      spec: { expirationSeconds: 3600 },
    });
    const cluster = this.config.getCurrentCluster();
    if (!cluster) throw new Error('no cluster');
    const config = new KubeConfig();
    config.loadFromClusterAndUser(cluster, { name, token: status.token });
    return config;
  }

  /** A namespace with Store, Credential and Driver, and the manifest of a Connection that uses them. */
  async namespace(name: string): Promise<Intent> {
    await this.client.apply(
      NAMESPACES,
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
      { manager: 'test' },
    );
    await this.driver();
    await this.apply('Store', name, 'main', { client: 'acme', warehouses: [{ name: 'berlin' }] });
    await this.apply('Credential', name, 'key', { driver: 'vendure', secretRef: { name: 'vendure-key' } });
    return this.manifest('Connection', name, 'shop', {
      storeRef: { name: 'main' },
      driver: 'vendure',
      credentialRef: { name: 'key' },
      settings: { url: 'https://shop.example:3000/admin-api' },
      warehouse: 'berlin',
    });
  }

  async driver(): Promise<void> {
    await this.apply('Driver', undefined, 'vendure', {
      title: 'Vendure',
      platformKind: 'Store',
      feeds: [{ type: 'OrderImport' }, { type: 'StockExport' }, { type: 'ProductImport' }],
      settingsSchema: {
        type: 'object',
        additionalProperties: false,
        required: ['url'],
        properties: { url: { type: 'string' }, channel: { type: 'string' } },
      },
    });
  }

  manifest(kind: string, namespace: string | undefined, name: string, spec: object): Intent {
    return { apiVersion: API_VERSION, kind, metadata: { name, ...(namespace ? { namespace } : {}) }, spec };
  }

  apply(kind: string, namespace: string | undefined, name: string, spec: object): Promise<Seen> {
    return this.client.apply<Seen>(resourceType(kind), this.manifest(kind, namespace, name, spec), { manager: 'test' });
  }

  get(kind: string, namespace: string | undefined, name: string): Promise<Seen | undefined> {
    return this.client.find<Seen>(resourceType(kind), name, namespace);
  }

  /**
   * The resource, once it is as it should be; what it was like instead is in the error. Its status keeps the rules all
   * the while.
   */
  async eventually(
    kind: string,
    namespace: string | undefined,
    name: string,
    check: (seen: Seen) => boolean,
    timeoutMs = PATIENCE_MS,
  ): Promise<Seen> {
    let last: Seen | undefined;
    await until(
      `${kind} ${namespace}/${name}`,
      async () => {
        last = await this.get(kind, namespace, name);
        const problems = last?.status?.conditions ? kstatusProblems(last) : [];
        if (problems.length > 0) throw new Error(problems.join('\n'));
        return last !== undefined && check(last);
      },
      () => JSON.stringify(last?.status ?? last?.metadata, null, 1),
      timeoutMs,
    );
    return last as Seen;
  }

  async deployment(
    namespace: string,
    connection: string,
    kind: 'Connection' | 'ClusterConnection' = 'Connection',
  ): Promise<DeploymentView | undefined> {
    return this.client.find<DeploymentView>(CHILD_TYPES.Deployment, childName({ kind, name: connection }), namespace);
  }

  /** What the Deployment's controller and the kubelet would do: as many pods as are wanted, of what it is by then. */
  async runPods(
    namespace: string,
    connection: string,
    kind: 'Connection' | 'ClusterConnection' = 'Connection',
  ): Promise<void> {
    await until('a Deployment whose pods run', async () => {
      const deployment = await this.deployment(namespace, connection, kind);
      if (!deployment) return false;
      const pods = deployment.spec.replicas ?? 0;
      const { name, generation } = deployment.metadata;
      const { metadata } = await this.client.applyStatus<DeploymentView>(
        CHILD_TYPES.Deployment,
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name, namespace },
          status: {
            observedGeneration: generation,
            replicas: pods,
            updatedReplicas: pods,
            availableReplicas: pods,
            readyReplicas: pods,
          },
        },
        { manager: 'deployment-controller' },
      );
      // The operator may have changed it meanwhile: a status of what it was before says nothing.
      return metadata.generation === generation;
    });
  }

  /** What a sync pod writes; it starts long after the operator's first word, so that is waited for. */
  async podSays(
    kind: 'Connection' | 'ClusterConnection',
    namespace: string | undefined,
    name: string,
    findings: Record<string, 'True' | 'False' | 'Unknown'>,
    status: Partial<ConnectionStatus> = {},
  ): Promise<void> {
    const found = await this.eventually(kind, namespace, name, (seen) => conditionOf(seen, 'Ready') !== undefined);
    const conditions = Object.entries(findings).map(([type, value]) => ({
      type,
      status: value,
      reason: `${type}${value}`,
      message: `${type} is ${value}`,
      lastTransitionTime: '2026-01-01T00:00:00Z',
      observedGeneration: found.metadata.generation ?? 1,
    }));
    await this.client.applyStatus(
      resourceType(kind),
      { apiVersion: API_VERSION, kind, metadata: { name, namespace }, status: { ...status, conditions } },
      { manager: FIELD_MANAGERS.sync },
    );
  }

  /** Writes that the API server took from user agent "supercargo-operator", by its audit log, Leases aside. */
  async operatorWrites(): Promise<string[]> {
    return writesOf('supercargo-operator', await readFile(this.controlPlane.auditLog, 'utf8'));
  }

  /** How many writes there were once nothing has been written for a while. */
  async atRest(): Promise<number> {
    let writes = -1;
    await until('rest', async () => {
      const before = writes;
      writes = (await this.operatorWrites()).length;
      if (before !== writes) await new Promise((resolve) => setTimeout(resolve, REST_MS));
      return before === writes;
    });
    return writes;
  }

  async #installKinds(): Promise<void> {
    for (const { plural } of KINDS) {
      const crd = parse(
        await readFile(join(import.meta.dirname, '..', '..', 'crds', 'generated', `${plural}.yaml`), 'utf8'),
      ) as Intent;
      await this.client.apply(CRDS, crd, { manager: 'test' });
    }
    for (const { plural } of KINDS) {
      await until(`CRD ${plural}`, async () => {
        const crd = await this.client.get<Seen>(CRDS, `${plural}.supercargo.dev`);
        return crd.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') ?? false;
      });
    }
  }
}

/** Status and reason of a condition in one word. */
export function conditionOf(seen: Seen, type: string): string | undefined {
  const condition = seen.status?.conditions?.find((candidate) => candidate.type === type);
  return condition && `${condition.status} ${condition.reason}`;
}
