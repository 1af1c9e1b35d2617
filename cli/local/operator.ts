import type {
  CredentialResource,
  DriverResource,
  FeedResource,
  FeedRunResource,
  Resource,
  StoreResource,
} from '../../crds/index.ts';
import { mergeConditions, settledGeneration, settlementConditions } from '../../kit/conditions.ts';
import type { FreshnessRule } from '../../model/feed-rules.ts';
import { feedConnection } from '../../operator/caches.ts';
import { decide } from '../../operator/connection/decide.ts';
import type { ConnectionSnapshot } from '../../operator/connection/gather.ts';
import { decideCredential } from '../../operator/credential/decide.ts';
import { decideFeed } from '../../operator/feed/decide.ts';
import { decideFeedRun, inTestMode } from '../../operator/feedrun/decide.ts';
import type { Report } from '../../operator/reporter.ts';
import {
  connectionId,
  connectionKey,
  podNamespace,
  type AnyConnection,
  type DeploymentView,
} from '../../operator/resources.ts';
import { SettingsSchemas } from '../../operator/settings.ts';
import { decideStore, keyStoreOf, keyStoreProblem } from '../../operator/store/decide.ts';
import type { LocalResource, LocalWorld } from './world.ts';

export interface LocalOperatorOptions {
  readonly world: LocalWorld;
  /** What can be run here. */
  readonly drivers: readonly DriverResource[];
  readonly now: () => Date;
  readonly freshness: FreshnessRule;
  readonly allowPlainHttp?: boolean;
  /** Whether the engine of a connection (kind/namespace/name) runs: what a pod is on a cluster. */
  readonly runs: (id: string) => boolean;
}

/** All resources, by what they are looked for by. */
interface Everything {
  readonly feeds: readonly FeedResource[];
  /** By kind/namespace/name. */
  readonly connections: ReadonlyMap<string, AnyConnection>;
  feedsOf(connectionId: string): readonly FeedResource[];
  ofShop(driver: string, shop: string | undefined): readonly AnyConnection[];
  /** Connections that name a Store or Credential. */
  users(ref: 'storeRef' | 'credentialRef', resource: Resource<object, object>): readonly AnyConnection[];
}

/** What the operator is on a cluster: the same decisions, on the resources of `up`. */
export class LocalOperator {
  readonly #options: LocalOperatorOptions;
  readonly #schemas = new SettingsSchemas();
  /** As last written, by resource. */
  readonly #written = new Map<string, string>();

  constructor(options: LocalOperatorOptions) {
    this.#options = options;
  }

  /** Decides about everything as it now is, and says it in each status. Gives the connections that may run. */
  look(): ReadonlySet<string> {
    const before = this.#now();
    for (const feed of before.feeds) this.#decideFeed(feed, before);
    for (const run of this.#all<FeedRunResource>('FeedRun')) this.#decideRun(run, before);
    // They look at what was just said of their feeds.
    const decided = this.#now();
    const accepted = new Set<string>();
    for (const [id, connection] of decided.connections)
      if (this.#decideConnection(connection, decided)) accepted.add(id);
    // They sum up what their connections say.
    const summed = this.#now();
    for (const credential of this.#all<CredentialResource>('Credential'))
      this.#report(credential, {
        ...decideCredential(credential, summed.users('credentialRef', credential)),
        findings: {},
      });
    for (const store of this.#all<StoreResource>('Store')) this.#decideStore(store, summed.users('storeRef', store));
    return accepted;
  }

  #decideConnection(connection: AnyConnection, all: Everything): boolean {
    const decision = decide(this.#snapshot(connection, all), this.#schemas);
    const { settlement, findings, effective, feeds, state } = decision;
    if (!connection.metadata.deletionTimestamp)
      this.#report(connection, { settlement, findings, fields: { effective, feeds, state } });
    return decision.accepted;
  }

  #snapshot(connection: AnyConnection, all: Everything): ConnectionSnapshot {
    const { world, now, runs } = this.#options;
    const { spec, status, metadata } = connection;
    const namespace = podNamespace(connection);
    const shop = status?.shop?.id;
    return {
      connection,
      now: now(),
      allowPlainHttp: this.#options.allowPlainHttp ?? false,
      driver: this.#driver(spec.driver),
      store: world.get('Store', namespace, spec.storeRef.name),
      credential: world.get('Credential', namespace, spec.credentialRef.name) as unknown as
        CredentialResource | undefined,
      // Licences are a cluster's.
      license: {
        storeKey: `${namespace}/${spec.storeRef.name}`,
        driver: spec.driver,
        now: now(),
        required: false,
        any: false,
        assigned: [],
      },
      licenseGraceMs: 0,
      sameShop: all.ofShop(spec.driver, shop).filter((other) => other.metadata.uid !== metadata.uid),
      feeds: all.feedsOf(idOf(connection)),
      deployment: runs(idOf(connection)) ? podOf(connection) : undefined,
      outlivesReferences: false,
      pods: [],
    };
  }

  #decideFeed(feed: FeedResource, all: Everything): void {
    const id = connectionId(feedConnection(feed));
    const connection = all.connections.get(id);
    const { accepted, settlement, effective } = decideFeed(
      { feed, connection, driver: connection && this.#driver(connection.spec.driver), siblings: all.feedsOf(id) },
      { freshnessRule: this.#options.freshness, now: this.#options.now() },
    );
    this.#report(feed, { settlement, findings: { Accepted: accepted }, fields: effective ? { effective } : {} });
  }

  #decideRun(run: FeedRunResource, all: Everything): void {
    const feed = this.#options.world.get('Feed', run.metadata.namespace, run.spec.feedRef.name);
    const owner = feed && connectionId(feedConnection(feed as unknown as FeedResource));
    const decided = decideFeedRun(run, feed as unknown as FeedResource | undefined, {
      now: this.#options.now(),
      testMode: inTestMode(all.connections.get(owner ?? '')),
    });
    this.#report(run, { settlement: decided.settlement, findings: { Accepted: decided.accepted } });
  }

  #decideStore(store: StoreResource, users: readonly AnyConnection[]): void {
    const keyStore = keyStoreOf(store);
    const [namespace, name] = keyStore?.split('/') ?? [];
    const other = name === undefined ? undefined : this.#options.world.get('Store', namespace, name);
    const problem = keyStore && keyStoreProblem(store, keyStore, other);
    this.#report(store, { ...decideStore(store, users, problem || undefined), findings: {} });
  }

  #driver(name: string): DriverResource | undefined {
    return this.#options.drivers.find(({ metadata }) => metadata.name === name);
  }

  /** What there is now, found by what it is looked for by: a look at one costs one. */
  #now(): Everything {
    const all = [...this.#all<AnyConnection>('Connection'), ...this.#all<AnyConnection>('ClusterConnection')];
    const feeds = this.#all<FeedResource>('Feed');
    const byConnection = Map.groupBy(feeds, (feed) => connectionId(feedConnection(feed)));
    const byShop = Map.groupBy(all, ({ spec, status }) => shopKey(spec.driver, status?.shop?.id ?? ''));
    const byReference = {
      storeRef: Map.groupBy(all, (each) => `${podNamespace(each)}/${each.spec.storeRef.name}`),
      credentialRef: Map.groupBy(all, (each) => `${podNamespace(each)}/${each.spec.credentialRef.name}`),
    };
    return {
      feeds,
      connections: new Map(all.map((connection) => [idOf(connection), connection])),
      feedsOf: (id) => byConnection.get(id) ?? [],
      ofShop: (driver, shop) => (shop === undefined ? [] : (byShop.get(shopKey(driver, shop)) ?? [])),
      users: (ref, { metadata }) => byReference[ref].get(`${metadata.namespace}/${metadata.name}`) ?? [],
    };
  }

  #all<R>(kind: string): R[] {
    return this.#options.world.list(kind) as unknown as R[];
  }

  /** One write, and only where it differs. */
  #report(resource: Resource<object, object>, { settlement, findings, fields }: Report): void {
    const { kind, metadata } = resource;
    const { status } = resource as LocalResource;
    const all = { ...findings, ...settlementConditions(settlement) };
    const observed = settledGeneration(
      settlement,
      metadata.generation,
      status?.['observedGeneration'] as number | undefined,
    );
    const patch = {
      ...fields,
      ...(observed === undefined ? {} : { observedGeneration: observed }),
      conditions: mergeConditions(status?.conditions, all, {
        now: this.#options.now(),
        generation: metadata.generation,
      }),
    };
    const key = `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
    const text = JSON.stringify(patch);
    if (this.#written.get(key) === text && status !== undefined) return;
    this.#written.set(key, text);
    this.#options.world.patchStatus(kind, metadata.namespace, metadata.name, patch, 'operator');
  }
}

const idOf = (connection: AnyConnection): string => connectionId(connectionKey(connection));

const shopKey = (driver: string, shop: string): string => `${driver}\n${shop}`;

/** An engine that runs is a pod that runs. */
function podOf({ metadata }: AnyConnection): DeploymentView {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: metadata.name, namespace: metadata.namespace, generation: 1 },
    spec: { replicas: 1 },
    status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
  };
}
