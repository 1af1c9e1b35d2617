import { describe, expect, it } from '@jest/globals';
import { ANNOTATIONS, API_VERSION, type FeedRunResource, type StoreResource } from '../crds/index.ts';
import {
  aCondition,
  aConnection,
  aCredential,
  aDriver,
  aFeed,
  aSnapshot,
  aStore,
} from '../test/support/operator-fixtures.ts';
import { CONTRACT_VERSION } from '../model/contract-version.ts';
import { refusalsOf } from './connection/policies.ts';
import { decideCredential } from './credential/decide.ts';
import { decideDriver } from './driver/decide.ts';
import { readConfig } from './env.ts';
import { decideFeedRun } from './feedrun/decide.ts';
import { SettingsSchemas } from './settings.ts';
import { decideStore, developerSecretName, keyStoreOf, keyStoreProblem } from './store/decide.ts';

const NOW = new Date('2026-06-01T00:00:00Z');

describe('a Credential', () => {
  const using = (status: 'True' | 'False' | 'Unknown' | undefined, spec: object = {}, more: object = {}) =>
    aConnection(spec, { status: { conditions: status ? [aCondition('CredentialValid', status)] : [], ...more } });
  const cases: [string, ReturnType<typeof aConnection>[], string, string][] = [
    ['that nobody uses', [], 'Ready', 'Unused'],
    ['whose only user is switched off', [using('True', { enabled: false })], 'Ready', 'Unused'],
    ['that nobody has tried yet', [using(undefined)], 'Reconciling', 'Checking'],
    ['that the store accepts', [using('True'), using('True')], 'Ready', 'Valid'],
    ['that one store refuses', [using('True'), using('False')], 'Stalled', 'CredentialValidFalse'],
  ];
  it.each(cases)('%s', (_what, users, state, reason) => {
    expect(decideCredential(aCredential(), users).settlement).toMatchObject({ state, finding: { reason } });
  });

  it.each([
    ['nobody has tried', undefined, 'Connection acme/shop has not checked it yet'],
    [
      'cannot be tried now',
      { reason: 'NotChecked', message: 'The store must be reachable first.' },
      'Connection acme/shop cannot check it: The store must be reachable first.',
    ],
  ])('that %s says so', (_what, found, message) => {
    const conditions = found ? [aCondition('CredentialValid', 'Unknown', found)] : [];
    const users = [aConnection({}, { status: { conditions } })];
    expect(decideCredential(aCredential(), users).settlement.finding.message).toBe(message);
  });

  it('counts its users, and shows the newest check and the earliest end', () => {
    const users = [
      using('True', {}, { lastCheckedAt: '2026-05-01T00:00:00Z', credentialExpiresAt: '2027-01-01T00:00:00Z' }),
      using('False', {}, { lastCheckedAt: '2026-05-02T00:00:00Z', credentialExpiresAt: '2026-12-01T00:00:00Z' }),
    ];
    expect(decideCredential(aCredential(), users).fields).toEqual({
      connections: 2,
      valid: 1,
      lastCheckedAt: '2026-05-02T00:00:00Z',
      expiresAt: '2026-12-01T00:00:00Z',
    });
  });
});

describe('a Driver', () => {
  it('with schemas that compile is Ready; one that does not is named', () => {
    const schemas = new SettingsSchemas();
    expect(decideDriver(aDriver(), schemas)).toMatchObject({ state: 'Ready' });
    expect(decideDriver(aDriver({ settingsSchema: { type: 'objekt' } }), schemas)).toMatchObject({
      state: 'Stalled',
      finding: { reason: 'InvalidSchema', message: expect.stringContaining('spec.settingsSchema') },
    });
  });
});

describe('a Driver with an image of its own', () => {
  const settled = (spec: object) => decideDriver(aDriver(spec), new SettingsSchemas());
  const image = 'registry.example.com/example:1';

  it('can be used where its contract is the one of this release', () => {
    expect(settled({ image, contract: CONTRACT_VERSION })).toMatchObject({ state: 'Ready' });
  });

  it.each([
    ['an older contract', CONTRACT_VERSION - 1, /built for driver contract 1, this release has 2: use an image/],
    ['a newer contract', CONTRACT_VERSION + 1, /built for driver contract 3, this release has 2: use an image/],
    ['none', undefined, /does not say which driver contract/],
  ])('is refused with %s, and so are its connections', (_what, contract, message) => {
    const finding = { reason: 'DriverContract', message: expect.stringMatching(message) };
    expect(settled({ image, contract })).toMatchObject({ state: 'Stalled', finding });
    expect(refusalsOf(aSnapshot({ driver: aDriver({ image, contract }) }), new SettingsSchemas())[0]).toMatchObject(
      finding,
    );
  });
});

describe('a FeedRun', () => {
  const run = (
    status: FeedRunResource['status'] = {},
    spec: Partial<FeedRunResource['spec']> = {},
  ): FeedRunResource => ({
    apiVersion: API_VERSION,
    kind: 'FeedRun',
    metadata: { name: 'r', namespace: 'acme', generation: 1 },
    spec: { feedRef: { name: 'orders' }, ...spec },
    status,
  });
  const cases: [string, FeedRunResource, boolean, string, string][] = [
    ['of a feed that is not there waits for it', run(), false, 'Reconciling', 'FeedNotFound'],
    ['waits for the pod', run(), true, 'Reconciling', 'Waiting'],
    ['runs', run({ result: 'Running' }), true, 'Reconciling', 'Running'],
    ['has succeeded', run({ result: 'Succeeded', finishedAt: '2026-05-31T00:00:00Z' }), true, 'Ready', 'Succeeded'],
    [
      'has failed: nothing more will happen',
      run({ result: 'Failed', finishedAt: '2026-05-31T00:00:00Z', message: 'no' }),
      true,
      'Stalled',
      'Failed',
    ],
  ];
  it.each(cases)('%s', (_what, resource, feed, state, reason) => {
    expect(decideFeedRun(resource, feed ? aFeed() : undefined, { now: NOW, testMode: true }).settlement).toMatchObject({
      state,
      finding: { reason },
    });
  });

  const held = run({ result: 'Held', finishedAt: '2026-05-31T00:00:00Z', message: '3 writes are kept back' });
  it('that Test mode kept back is as it should be, also after the connection has gone live', () => {
    const decided = decideFeedRun(held, aFeed(), { now: NOW, testMode: true });
    expect(decided.settlement).toMatchObject({ state: 'Ready', finding: { reason: 'TestMode' } });
    const told = aCondition('Ready', 'True', { reason: 'TestMode' });
    const later = { ...held, status: { ...held.status, conditions: [told] } };
    expect(decideFeedRun(later, aFeed(), { now: NOW, testMode: false }).settlement.state).toBe('Ready');
  });

  it('that a brake holds waits for a person', () => {
    const decided = decideFeedRun(held, aFeed(), { now: NOW, testMode: false });
    expect(decided.settlement).toMatchObject({ state: 'Stalled', finding: { reason: 'BrakesApplied' } });
  });

  it('goes a week after it has ended, or after its own time', () => {
    const ended = { result: 'Succeeded' as const, finishedAt: '2026-05-31T00:00:00Z' };
    expect(decideFeedRun(run(ended), aFeed(), { now: NOW, testMode: true }).expiresInMs).toBe(6 * 86_400_000);
    expect(
      decideFeedRun(run(ended, { ttlAfterFinished: '1h' }), aFeed(), { now: NOW, testMode: true }).expiresInMs,
    ).toBeLessThan(0);
    expect(decideFeedRun(run(), aFeed(), { now: NOW, testMode: true }).expiresInMs).toBeUndefined();
  });
});

describe('a Store', () => {
  it('counts its connections and those that are Ready', () => {
    const ready = aConnection({}, { status: { conditions: [aCondition('Ready', 'True')] } });
    expect(decideStore(aStore(), [ready, aConnection()], undefined)).toMatchObject({
      settlement: { state: 'Ready' },
      fields: { client: 'acme', connections: 2, readyConnections: 1 },
    });
  });

  it("says why no key opens a Store that names another's", () => {
    const store = aStore({ developerApi: { keyOf: { name: 'wms', namespace: 'warehouse' } } });
    const wanted = keyStoreOf(store)!;
    const keyStore = (developerApi: StoreResource['spec']['developerApi']): StoreResource => {
      const made = aStore({ developerApi });
      return { ...made, metadata: { ...made.metadata, namespace: 'warehouse', name: 'wms' } };
    };
    const reason = (found: StoreResource | undefined) => keyStoreProblem(store, wanted, found)?.reason;
    expect(wanted).toBe('warehouse/wms');
    expect(reason(undefined)).toBe('KeyStoreUnknown');
    expect(reason(keyStore(undefined))).toBe('KeyStoreRefuses');
    expect(reason(keyStore({ namespaces: [store.metadata.namespace!] }))).toBeUndefined();
    expect(reason(keyStore({ namespaces: [store.metadata.namespace!], keyOf: { name: 'x' } }))).toBe(
      'KeyStoreHasNoKey',
    );
  });

  it('keeps its developer key, and asks for another under another name for each new value of the annotation', () => {
    const asking = (value: string | undefined, secretName?: string) =>
      developerSecretName({
        ...aStore(),
        metadata: {
          ...aStore().metadata,
          annotations: value === undefined ? {} : { [ANNOTATIONS.rotateDeveloperKey]: value },
        },
        status: secretName ? { developerKey: { secretName, hash: 'h', createdAt: '2026-01-01T00:00:00Z' } } : {},
      });
    const first = asking(undefined);
    const second = asking('1', first);
    expect(first).toBe('main-developer-api');
    expect(second).not.toBe(first);
    expect(asking('1', second)).toBe(second);
    expect(asking(undefined, second)).toBe(second);
    expect(asking('2', second)).not.toBe(second);
  });
});

describe('names that are as long as names may be', () => {
  const named = (name: string, secretName?: string, rotation?: string): StoreResource => {
    const { metadata, spec, ...rest } = aStore(secretName === undefined ? {} : { developerApi: { secretName } });
    const annotations: Record<string, string> =
      rotation === undefined ? {} : { [ANNOTATIONS.rotateDeveloperKey]: rotation };
    return { ...rest, spec, metadata: { ...metadata, name, annotations } };
  };
  const long = 'x'.repeat(250);

  it('give a Secret for the key of a Store a name that fits, each another, and keep it', () => {
    const names = [named(`${long}a`), named(`${long}b`), named(`${long}a`, undefined, 'now'), named('s', `${long}c`, 'now')]; // prettier-ignore
    const secrets = names.map(developerSecretName);
    for (const secret of secrets) expect(secret).toMatch(/^[a-z0-9][-a-z0-9.]{0,251}[a-z0-9]$/);
    expect(new Set(secrets).size).toBe(4);
    const made = { secretName: secrets[2]!, hash: 'h', createdAt: '2026-01-01T00:00:00Z' };
    expect(developerSecretName({ ...named(`${long}a`), status: { developerKey: made } })).toBe(secrets[2]);
    expect(developerSecretName(named('main'))).toBe('main-developer-api');
  });
});

describe('the environment', () => {
  const given = {
    SUPERCARGO_NAMESPACE: 'supercargo',
    SUPERCARGO_HUB_URL: 'http://hub:8080',
    SUPERCARGO_SYNC_IMAGE: 'supercargo:1',
  };

  it('needs three values; the rest has defaults', () => {
    expect(readConfig(given)).toMatchObject({
      watchNamespaces: [],
      leaderElection: true,
      requireLicense: false,
      httpPort: 8080,
      deletionDeadlineMs: 60_000,
      imagePullPolicy: 'IfNotPresent',
    });
    expect(readConfig(given).rollout).toEqual({ first: '1', maxUnavailable: '10%' });
    expect(readConfig({ ...given, SUPERCARGO_SYNC_ROLLOUT_FIRST: '100%' }).rollout.first).toBe('100%');
    for (const wrong of ['0', '0%', '101%', 'ten', '-1', ''])
      expect(() => readConfig({ ...given, SUPERCARGO_SYNC_ROLLOUT_MAX_UNAVAILABLE: wrong })).toThrow(
        'SUPERCARGO_SYNC_ROLLOUT_MAX_UNAVAILABLE: is not a number or a share',
      );
    expect(readConfig({ ...given, SUPERCARGO_SYNC_PRIVATE_NETWORKS: '10.0.0.0/8' }).privateNetworks).toEqual([
      '10.0.0.0/8',
    ]);
    expect(() => readConfig({ ...given, SUPERCARGO_SYNC_PRIVATE_NETWORKS: '10.0.0.0/33' })).toThrow(
      /SUPERCARGO_SYNC_PRIVATE_NETWORKS: "10.0.0.0\/33" is no network/,
    );
    expect(readConfig({ ...given, SUPERCARGO_WATCH_NAMESPACES: 'a, b' }).watchNamespaces).toEqual(['a', 'b']);
  });

  it('names an installation after its namespace if nothing is said, and a shard by a label selector', () => {
    expect(readConfig(given)).toMatchObject({ installation: 'supercargo', selector: undefined, shardKeys: [] });
    expect(
      readConfig({ ...given, SUPERCARGO_INSTALLATION: 'a.b', SUPERCARGO_WATCH_SELECTOR: '!shard,team in (x, y)' }),
    ).toMatchObject({ installation: 'a.b', selector: '!shard,team in (x, y)', shardKeys: ['shard', 'team'] });
    expect(() => readConfig({ ...given, SUPERCARGO_WATCH_SELECTOR: 'shard in a' })).toThrow(/is not a label selector/);
    expect(() => readConfig({ ...given, SUPERCARGO_INSTALLATION: 'A b' })).toThrow(/SUPERCARGO_INSTALLATION: must be/);
  });

  it('lets a lease be renewed more than once before it runs out, and run out before another takes it', () => {
    const lease = (duration: string, deadline: string, retry: string) =>
      readConfig({
        ...given,
        SUPERCARGO_LEASE_DURATION: duration,
        SUPERCARGO_RENEW_DEADLINE: deadline,
        SUPERCARGO_RETRY_PERIOD: retry,
      }).lease;
    expect(readConfig(given).lease).toEqual({ leaseMs: 12_000, renewDeadlineMs: 8000, retryMs: 2000 });
    expect(lease('15s', '10s', '2s')).toEqual({ leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2000 });
    expect(() => lease('8s', '8s', '2s')).toThrow(/SUPERCARGO_LEASE_DURATION: must be longer/);
    expect(() => lease('12s', '3s', '2s')).toThrow(/SUPERCARGO_RENEW_DEADLINE: must be at least twice/);
    expect(() => lease('12s', '8s', '0s')).toThrow(/SUPERCARGO_RETRY_PERIOD: must be at least 1s/);
  });

  it('that is wrong is told variable by variable, all at once', () => {
    expect(() =>
      readConfig({
        SUPERCARGO_HUB_URL: 'hub',
        SUPERCARGO_DELETION_DEADLINE: 'soon',
        SUPERCARGO_REQUIRE_LICENSE: 'yes',
      }),
    ).toThrow(
      /SUPERCARGO_NAMESPACE: is required[^]*SUPERCARGO_HUB_URL: must be the URL of the hub[^]*SUPERCARGO_SYNC_IMAGE: is required[^]*SUPERCARGO_REQUIRE_LICENSE: must be "true" or "false"[^]*SUPERCARGO_DELETION_DEADLINE: "soon" is not a duration/,
    );
  });
});
