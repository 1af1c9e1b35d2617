import { describe, expect, it } from '@jest/globals';
import {
  aCondition,
  aConnection,
  aCredential,
  aDeployment,
  aPod,
  aDriver,
  aFeed,
  ALL_WELL,
  aSnapshot,
  aStore,
} from '../../test/support/operator-fixtures.ts';
import { SettingsSchemas } from '../settings.ts';
import { decide } from './decide.ts';
import type { ConnectionSnapshot } from './gather.ts';

const decided = (over: Partial<ConnectionSnapshot> = {}) => decide(aSnapshot(over), new SettingsSchemas());
const saying = (...conditions: ReturnType<typeof aCondition>[]) => ({
  connection: aConnection(
    {},
    {
      status: {
        conditions: [...ALL_WELL.filter(({ type }) => !conditions.some((other) => other.type === type)), ...conditions],
      },
    },
  ),
});

describe('Accepted', () => {
  const refusals: [string, Partial<ConnectionSnapshot>, string, string][] = [
    [
      'an invalid spec',
      { connection: aConnection({ driver: 'Not A Name' }) },
      'InvalidSpec',
      'spec.driver: "Not A Name" is not a resource name',
    ],
    [
      'a name that no label holds',
      { connection: aConnection({}, { metadata: { ...aConnection().metadata, name: 'x'.repeat(59) } }) },
      'NameTooLong',
      'has 59 characters, at most 58 fit',
    ],
    [
      'a driver that is not installed',
      { driver: undefined },
      'DriverNotFound',
      'kubectl get drivers (or supercargo drivers) lists those there are',
    ],
    [
      'a Store that is not there',
      { store: undefined },
      'StoreNotFound',
      'there is no such Store in namespace acme: apply it',
    ],
    [
      'a Credential that is not there',
      { credential: undefined },
      'CredentialNotFound',
      'there is no such Credential in namespace acme: apply it',
    ],
    [
      'a Credential for another driver',
      { credential: aCredential({ driver: 'shopify' }) },
      'CredentialForOtherDriver',
      'name a Credential for "vendure"',
    ],
    [
      'a missing setting',
      { connection: aConnection({ settings: {} }) },
      'InvalidSettings',
      'spec.settings.url is missing: the driver needs it',
    ],
    [
      'an unknown setting',
      { connection: aConnection({ settings: { url: 'x', ulr: 'y' } }) },
      'InvalidSettings',
      'spec.settings.ulr is unknown: the driver knows region, url',
    ],
    [
      'a setting that is none of the values',
      { connection: aConnection({ settings: { url: 'x', region: 'mars' } }) },
      'InvalidSettings',
      'spec.settings.region is "mars": it must be one of "eu", "us"',
    ],
    [
      'a shop over http beyond the cluster',
      { connection: aConnection({ settings: { url: 'http://shop.example/api?key=SECRET' } }) },
      'PlainHttp',
      'spec.settings.url begins with http://: the credential would go in clear to shop.example. Write https://',
    ],
    [
      'a shop where the keys of its Credential may not go',
      {
        credential: aCredential({ hosts: ['shop.example', '*.eu.example'] }),
        connection: aConnection({ settings: { url: 'https://evil.example:8443/api?key=SECRET' } }),
      },
      'HostNotAllowed',
      'spec.settings.url leads to evil.example:8443, where spec.hosts of Credential "key" does not let its keys go: mend',
    ],
    [
      'the same in the setting that the driver names',
      {
        driver: aDriver({ hosts: ['settings.region', 'api.example.com'], settingsSchema: {} }),
        connection: aConnection({ settings: { region: 'http://eu.example' } }),
      },
      'PlainHttp',
      'spec.settings.region begins with http://',
    ],
    [
      'terms that nobody accepted',
      { driver: aDriver({ terms: { version: '2', url: 'https://terms.example' } }) },
      'TermsNotAccepted',
      'spec.acceptedTerms is absent: read https://terms.example and set it to "2"',
    ],
    [
      'a warehouse the Store has not',
      { connection: aConnection({ warehouse: 'paris' }) },
      'WarehouseNotFound',
      'spec.warehouse "paris" is none of the Store\'s: berlin',
    ],
    [
      'a shop that an older connection has',
      {
        connection: aConnection(
          {},
          {
            metadata: { ...aConnection().metadata, creationTimestamp: '2026-03-01T00:00:00Z' },
            status: { shop: { id: '7', name: 'Shop' } },
          },
        ),
        sameShop: [aConnection({}, { metadata: { ...aConnection().metadata, name: 'older', uid: 'o' } })],
      },
      'ShopAlreadyConnected',
      'is connected by Connection acme/older, which is older: delete one of the two',
    ],
  ];
  it.each(refusals)('is False for %s, and says what to do', (_what, over, reason, message) => {
    const { findings, replicas, settlement, accepted } = decided(over);
    expect(findings.Accepted).toMatchObject({ status: 'False', reason, message: expect.stringContaining(message) });
    expect({ accepted, replicas, reason: settlement.finding.reason }).toEqual({ accepted: false, replicas: 0, reason });
  });

  it('is True beside a connection of another namespace whose shop says the same id, and names nobody', () => {
    const { metadata } = aConnection();
    const foreign = aConnection({}, { metadata: { ...metadata, namespace: 'rivals', name: 'older', uid: 'o' } });
    const own = aConnection(
      {},
      {
        metadata: { ...metadata, creationTimestamp: '2026-03-01T00:00:00Z' },
        status: { shop: { id: '7', name: 'Shop' } },
      },
    );
    const { accepted, findings, replicas } = decided({ connection: own, sameShop: [foreign] });
    expect({ accepted, replicas }).toEqual({ accepted: true, replicas: 1 });
    expect(findings.Accepted).toMatchObject({ status: 'True', reason: 'ShopIdElsewhere' });
    expect(JSON.stringify(findings)).not.toMatch(/rivals|older"/);
  });

  it.each(['driver', 'store', 'credential'] as const)(
    'waits for a %s that may still be applied; what a person must correct is Stalled',
    (reference) => {
      expect(decided({ [reference]: undefined }).settlement.state).toBe('Reconciling');
      expect(decided({ connection: aConnection({ settings: {} }) }).settlement.state).toBe('Stalled');
    },
  );

  it('lets the older of two connections keep the shop', () => {
    const younger = aConnection(
      {},
      { metadata: { ...aConnection().metadata, name: 'younger', uid: 'y', creationTimestamp: '2026-03-01T00:00:00Z' } },
    );
    expect(decided({ sameShop: [younger] }).findings.Accepted.status).toBe('True');
  });

  it('accepts any settings where the driver gives no schema', () => {
    expect(
      decided({ driver: aDriver({ settingsSchema: undefined }), connection: aConnection({ settings: { any: 1 } }) })
        .accepted,
    ).toBe(true);
  });
});

describe('Ready', () => {
  it('is True only when all is well', () => {
    expect(decided()).toMatchObject({
      state: 'Running',
      replicas: 1,
      settlement: { state: 'Ready', finding: { reason: 'Running' } },
    });
  });

  const findings: [string, Partial<ConnectionSnapshot>, string, string, string][] = [
    ['no Deployment yet', { deployment: undefined, connection: aConnection() }, 'Pending', 'Reconciling', 'Creating'],
    [
      'a pod that starts',
      { deployment: aDeployment({ availableReplicas: 0 }), connection: aConnection() },
      'Pending',
      'Reconciling',
      'Starting',
    ],
    ['a Deployment that is made anew', { deployment: undefined }, 'Initializing', 'Reconciling', 'Creating'],
    [
      'a Deployment that has not been looked at',
      { deployment: aDeployment({ observedGeneration: 0 }) },
      'Initializing',
      'Reconciling',
      'Starting',
    ],
    [
      'a pod that a quota refuses',
      {
        deployment: aDeployment({
          availableReplicas: 0,
          conditions: [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota' }],
        }),
      },
      'Degraded',
      'Stalled',
      'PodRefused',
    ],
    [
      'a pod that its node ended, though another one is made',
      {
        deployment: aDeployment({ availableReplicas: 0 }),
        pods: [aPod({ phase: 'Failed', reason: 'Evicted', message: 'low on memory' })],
      },
      'Degraded',
      'Reconciling',
      'Evicted',
    ],
    [
      'a pod that does not start',
      {
        deployment: aDeployment({
          availableReplicas: 0,
          conditions: [{ type: 'Progressing', status: 'False', message: 'deadline' }],
        }),
      },
      'Degraded',
      'Stalled',
      'PodNotStarting',
    ],
    [
      'a child that the API server refuses',
      { childProblem: { reason: 'ChildRefused', message: 'forbidden by policy' } },
      'Degraded',
      'Stalled',
      'ChildRefused',
    ],
    ['a pod that has said nothing', { connection: aConnection() }, 'Initializing', 'Reconciling', 'Checking'],
    [
      'a pod that does not know: Unknown is not Ready',
      saying(aCondition('Reachable', 'Unknown')),
      'Initializing',
      'Reconciling',
      'ReachableUnknown',
    ],
    [
      'a condition of an older generation',
      saying(aCondition('Reachable', 'True', { observedGeneration: 0 })),
      'Initializing',
      'Reconciling',
      'Checking',
    ],
    ['an initial sync under way', saying(aCondition('Synced', 'False')), 'Initializing', 'Reconciling', 'SyncedFalse'],
    ['a store out of reach', saying(aCondition('Reachable', 'False')), 'Degraded', 'Reconciling', 'ReachableFalse'],
    [
      'stale data',
      saying(aCondition('Fresh', 'False', { lastTransitionTime: '2026-05-31T12:00:00Z' })),
      'Degraded',
      'Reconciling',
      'FreshFalse',
    ],
    ['data that is stale for a day', saying(aCondition('Fresh', 'False')), 'Degraded', 'Stalled', 'FreshFalse'],
    [
      'an address that is wrong',
      saying(aCondition('Reachable', 'False', { reason: 'WrongUrl' })),
      'Degraded',
      'Stalled',
      'WrongUrl',
    ],
    [
      'a feed that a person must mend',
      { feeds: [aFeed({}, [aCondition('Ready', 'False'), aCondition('Stalled', 'True')])] },
      'Degraded',
      'Stalled',
      'FeedStalled',
    ],
    [
      'a refused credential, whatever else is wrong',
      saying(aCondition('Reachable', 'False'), aCondition('CredentialValid', 'False')),
      'Stalled',
      'Stalled',
      'CredentialValidFalse',
    ],
    [
      'a feed that fails',
      { feeds: [aFeed({}, [aCondition('Ready', 'False')])] },
      'Degraded',
      'Reconciling',
      'FeedNotReady',
    ],
    ['a feed that has not been looked at', { feeds: [aFeed()] }, 'Initializing', 'Reconciling', 'FeedNotRunYet'],
    [
      'no licence where one is required, of a connection that has not run yet',
      { license: { ...aSnapshot().license, required: true }, deployment: undefined },
      'Stalled',
      'Stalled',
      'NotAssigned',
    ],
    ['enabled: false', { connection: aConnection({ enabled: false }) }, 'Inactive', 'Resting', 'Inactive'],
    [
      'enabled: false, though something is missing',
      { connection: aConnection({ enabled: false }), store: undefined },
      'Inactive',
      'Resting',
      'Inactive',
    ],
  ];
  it.each(findings)('says %s', (_what, over, state, settlement, reason) => {
    const decision = decided(over);
    expect(decision).toMatchObject({ state, settlement: { state: settlement, finding: { reason } } });
    expect(decision.settlement.finding.message).not.toBe('');
  });

  it.each([
    ['none', []],
    ['only suspended ones', [aFeed({ suspend: true })]],
  ])('is True without feeds that run: %s', (_what, feeds) => {
    const none = saying(aCondition('Synced', 'Unknown', { reason: 'NoFeeds' }));
    expect(decided({ ...none, feeds })).toMatchObject({
      state: 'Running',
      settlement: { state: 'Ready', finding: { reason: 'NoFeeds' } },
    });
  });

  it.each([
    ['suspended', aFeed({ suspend: true })],
    ['held for a person', aFeed({}, [aCondition('Held', 'True'), aCondition('Ready', 'False')])],
  ])('does not fall because a feed is %s', (_what, feed) => {
    expect(decided({ feeds: [feed] }).settlement.state).toBe('Ready');
  });

  it('names the first failing feed and how many more there are', () => {
    const feeds = ['b', 'a'].map((name) => aFeed({}, [aCondition('Ready', 'False', { message: 'no' })], name));
    expect(decided({ feeds }).settlement.finding.message).toBe('Feed a (and 1 more): no');
    expect(decided({ feeds }).feeds).toEqual({ total: 2, ready: 0, held: 0 });
  });

  it('says that nothing is written in Test mode', () => {
    expect(decided().settlement.finding.message).toContain('mode is Test');
    expect(
      decided({ connection: aConnection({ mode: 'Production' }, { status: { conditions: ALL_WELL } }) }).settlement
        .finding.message,
    ).not.toContain('Test');
  });
});

describe('Deployed of one that is switched off', () => {
  const off = { connection: aConnection({ enabled: false }) };

  it('has another reason while its pod ends, though the Deployment no longer counts it', () => {
    const reason = (over: Partial<ConnectionSnapshot>) => decided({ ...off, ...over }).findings.Deployed.reason;
    expect(reason({ deployment: aDeployment({ replicas: 1 }, 0) })).toBe('Stopping');
    const deployment = aDeployment({}, 0);
    expect(reason({ deployment, pods: [aPod({ phase: 'Running' })] })).toBe('Stopping');
    expect(reason({ deployment, pods: [aPod({ phase: 'Succeeded' })] })).toBe('Inactive');
    expect(reason({ deployment })).toBe('Inactive');
  });
});

describe('effective values', () => {
  it('are the defaults where nothing is given', () => {
    expect(decided().effective).toEqual({
      mode: 'Test',
      enabled: true,
      deletionPolicy: 'Retain',
      earliestOrderDate: '2026-01-01T00:00:00Z',
    });
  });

  it('are what is given', () => {
    const given = {
      mode: 'Production',
      enabled: true,
      deletionPolicy: 'Delete',
      earliestOrderDate: '2025-01-01T00:00:00Z',
    } as const;
    expect(decided({ connection: aConnection(given) }).effective).toEqual(given);
  });
});

it('a decision depends on nothing but its snapshot', () => {
  expect(decided({ store: aStore() })).toEqual(decided({ store: aStore() }));
});

describe('a pod that waits for its turn in a roll-out', () => {
  const rollout = { image: 'supercargo:2', revision: 'new', own: 'mine', grant: undefined };
  const MESSAGE =
    'the sync pod runs as it was; it waits for its turn in the roll-out of supercargo:2, or of other settings of this installation';

  it('is Ready as it was, and Deployed says what it waits for', () => {
    const { findings, settlement, turn } = decided({ rollout });
    expect(turn).toEqual({ waits: true, revision: 'new' });
    expect(settlement).toMatchObject({ state: 'Ready' });
    expect(findings.Deployed).toEqual({ status: 'True', reason: 'WaitsForTurn', message: MESSAGE });
  });

  it('that does not run says why it does not', () => {
    const { findings } = decided({ rollout, deployment: aDeployment({ availableReplicas: 0 }) });
    expect(findings.Deployed).toMatchObject({ status: 'False', reason: 'Starting' });
  });

  it('stops at once where the connection is switched off or refused', () => {
    expect(decided({ rollout, connection: aConnection({ enabled: false }) }).turn).toMatchObject({ waits: false });
    expect(decided({ rollout, driver: undefined }).turn).toBeUndefined();
  });
});
