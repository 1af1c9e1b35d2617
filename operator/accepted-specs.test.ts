import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  clusterConnectionKind,
  connectionKind,
  feedKind,
  feedRunKind,
  licenseKind,
  storeKind,
  type ConnectionResource,
  type FeedRunResource,
  type FeedSpec,
  type KindDefinition,
  type LicenseResource,
  type StoreSpec,
} from '../crds/index.ts';
import type { DriverManifest } from '../drivers/contract/index.ts';
import { FreshnessRule } from '../model/feed-rules.ts';
import { censusWindows } from '../sync/feeds/census.ts';
import { FeedTracker } from '../sync/feeds/feed-tracker.ts';
import { acceptedSpecs } from '../test/support/accepted-specs.ts';
import {
  aConnection,
  aCredential,
  aDriver,
  aFeed,
  aLicense,
  aSnapshot,
  aStore,
} from '../test/support/operator-fixtures.ts';
import { childrenOf } from './connection/children.ts';
import { decide } from './connection/decide.ts';
import { decideFeed } from './feed/decide.ts';
import { decideFeedRun } from './feedrun/decide.ts';
import { decideLicense } from './license/decide.ts';
import { PLAIN_POD } from './pod-template.ts';
import type { AnyConnection } from './resources.ts';
import { SettingsSchemas } from './settings.ts';
import { decideStore, developerSecretName, keyStoreOf, keyStoreProblem } from './store/decide.ts';

const NOW = new Date('2026-06-01T00:00:00Z');
const POD = {
  image: 'supercargo:1',
  imagePullPolicy: 'IfNotPresent' as const,
  hubUrl: 'http://hub.supercargo:8090',
  installation: 'one',
  shardKeys: [],
  hubNamespace: 'supercargo-system',
  apiServerPorts: [443],
  allowPlainHttp: false,
  privateNetworks: [],
  template: PLAIN_POD,
  apiServerHost: '10.96.0.1',
};
/** Of drivers that name their hosts, and their settings, in each way there is. */
const DRIVERS = [
  aDriver({ settingsSchema: undefined }),
  aDriver({
    settingsSchema: undefined,
    hosts: ['settings.url', 'settings.region', '*.shop.example', 'api.example:8443'],
  }),
  aDriver(),
];
const MANIFEST: DriverManifest = {
  name: 'shop',
  title: 'Shop',
  documentation: 'https://example.org',
  platformKind: 'Store',
  hosts: [],
  limits: [],
  feeds: [
    { type: 'OrderImport', maxPageSize: 100 },
    { type: 'StockExport', maxPageSize: 100, defaultSchedule: '0 */6 * * *' },
  ],
};

/** Tries a use of whatever the API server accepts; nothing is to be thrown. */
const always = <T>(kind: KindDefinition, use: (spec: T) => void, numRuns = 60): void =>
  fc.assert(fc.property(acceptedSpecs<T>(kind), use), { numRuns });

describe('whatever the API server accepts', () => {
  it.each([
    ['Connection', connectionKind],
    ['ClusterConnection', clusterConnectionKind],
  ] as const)('as a %s is decided about, and has children, without an exception', (name, kind) => {
    const schemas = new SettingsSchemas();
    always<ConnectionResource['spec']>(kind, (spec) => {
      const connection = { ...aConnection(), kind: name, spec } as AnyConnection;
      for (const driver of DRIVERS) {
        const [store, credential] = [aStore(), aCredential({ driver: spec.driver, hosts: ['*.shop.example'] })];
        decide(aSnapshot({ connection, driver, store, credential }), schemas);
        decide(aSnapshot({ connection, driver, store, credential: aCredential({ driver: spec.driver }) }), schemas);
      }
      const children = { connection, store: aStore(), driver: DRIVERS[1]!, credential: aCredential() };
      JSON.stringify(childrenOf({ ...children, replicas: 1, pod: POD }));
    });
  });

  it('as the earliest order date of a Connection is a time', () => {
    always<ConnectionResource['spec']>(connectionKind, ({ earliestOrderDate }) => {
      if (earliestOrderDate !== undefined) censusWindows(NOW, 30, new Date(earliestOrderDate));
    });
  });

  it('as a Feed is decided about by the operator and timed by the pod without an exception', () => {
    const freshnessRule = new FreshnessRule();
    always<FeedSpec>(feedKind, (spec) => {
      const feed = { ...aFeed(), spec };
      decideFeed({ feed, connection: aConnection(), driver: aDriver(), siblings: [feed] }, { freshnessRule, now: NOW });
      const tracker = new FeedTracker(feed, MANIFEST, NOW, { place: 0.5, freshness: freshnessRule });
      tracker.ended({ result: 'Failed', reason: 'X', read: 0, changed: 0, problems: 0 }, NOW, () => 0.5);
      JSON.stringify([tracker.state(), tracker.facts(), tracker.freshnessMs]);
    });
  });

  it('as a FeedRun, a License or a Store is decided about without an exception', () => {
    always<FeedRunResource['spec']>(feedRunKind, (spec) => {
      const metadata = { name: 'run', namespace: 'acme' };
      const run = { apiVersion: 'supercargo.dev/v1beta1', kind: 'FeedRun', metadata, spec } as FeedRunResource;
      for (const status of [undefined, { result: 'Succeeded' as const, finishedAt: '2026-05-01T00:00:00Z' }])
        decideFeedRun({ ...run, ...(status ? { status } : {}) }, aFeed(), { now: NOW, testMode: false });
    });
    always<LicenseResource['spec']>(licenseKind, (spec) => void decideLicense({ ...aLicense(), spec }, [], NOW));
    always<StoreSpec>(storeKind, (spec) => {
      const store = { ...aStore(), spec };
      decideStore(store, [], undefined);
      developerSecretName(store);
      keyStoreProblem(store, keyStoreOf(store) ?? '', aStore());
    });
  });

  it('is mostly what is decided about here: the specs are odd, and many', () => {
    const odd = (kind: KindDefinition) =>
      new Set(fc.sample(acceptedSpecs(kind), 200).map((spec) => JSON.stringify(spec)));
    for (const kind of [connectionKind, feedKind, storeKind]) expect(odd(kind).size).toBeGreaterThan(150);
    const feeds = fc.sample(acceptedSpecs<FeedSpec>(feedKind), 500);
    expect(feeds.map(({ schedule }) => schedule)).toEqual(expect.arrayContaining(['99 99 * * *', '*/0 * * * *']));
  });
});
