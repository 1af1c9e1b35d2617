import { describe, expect, it } from '@jest/globals';
import { aConnection, aCredential, aDriver, aStore } from '../../test/support/operator-fixtures.ts';
import type { PodSettings } from './children-input.ts';
import { PLAIN_POD } from '../pod-template.ts';
import { ownPartOf, revisionOf } from './revision.ts';

const POD: PodSettings = {
  image: 'supercargo:1',
  imagePullPolicy: 'IfNotPresent',
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
const own = (over: Partial<Parameters<typeof ownPartOf>[0]> = {}) =>
  ownPartOf({ connection: aConnection(), store: aStore(), credential: aCredential(), pod: POD, ...over });

describe("the installation's part of a pod", () => {
  const before = revisionOf(POD, aDriver());

  it.each<[string, Partial<PodSettings>]>([
    ['image', { image: 'supercargo:2' }],
    ['installation', { installation: 'two' }],
    ['networks', { privateNetworks: ['10.0.0.0/8'] }],
    ['environment', { template: { ...PLAIN_POD, env: { TZ: 'UTC' } } }],
    ['resources', { template: { ...PLAIN_POD, resources: { requests: {}, limits: { memory: '1Gi' } } } }],
  ])('is another one with another %s, while that of the connection stays', (_, change) => {
    const pod = { ...POD, ...change };
    expect(revisionOf(pod, aDriver())).not.toBe(before);
    expect(own({ pod })).toBe(own());
  });

  it('has the image of the driver in it', () => {
    expect(revisionOf(POD, aDriver({ image: 'driver:2' }))).not.toBe(before);
  });

  it('is the same for every connection and whatever the pod does not get', () => {
    expect(revisionOf({ ...POD, apiServerPorts: [6443] }, aDriver({ title: 'Another', hosts: ['x.example'] }))).toBe(
      before,
    );
  });

  it("leaves the hub's CA to the connection's part: a pod that waits with the old one is cut off", () => {
    const pod = { ...POD, hubCa: 'another' };
    expect(revisionOf(pod, aDriver())).toBe(before);
    expect(own({ pod })).not.toBe(own());
  });
});

describe("the connection's part of a pod", () => {
  it.each<[string, Partial<Parameters<typeof ownPartOf>[0]>]>([
    ['resources', { connection: aConnection({ resources: { limits: { memory: '512Mi' } } }) }],
    ['pod', { connection: aConnection({ pod: { nodeSelector: { zone: 'a' } } }) }],
    ['Store', { connection: aConnection({ storeRef: { name: 'other' } }) }],
    ['Secret', { credential: aCredential({ secretRef: { name: 'other' } }) }],
    ["Store's client", { store: aStore({ client: 'other' }) }],
  ])('is another one with another %s', (_, change) => {
    expect(own(change)).not.toBe(own());
  });

  // With another digest here the next release lets every connection through at once.
  it('has the digest that it had in the releases before', () => {
    expect(own()).toBe('aNTVfRO3TOMxLsGv7ydZYg');
  });
});
