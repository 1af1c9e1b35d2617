import { describe, expect, it } from '@jest/globals';
import { FINALIZER } from '../../crds/index.ts';
import { aCondition, aConnection, aDeployment, aPod } from '../../test/support/operator-fixtures.ts';
import { decideDeletion, type DeletionSnapshot } from './deletion.ts';

const DELETED_AT = '2026-06-01T00:00:00Z';
const after = (seconds: number) => new Date(Date.parse(DELETED_AT) + seconds * 1000);
const SPOKE = aCondition('CredentialValid', 'True');
const deleted = (conditions: ReturnType<typeof aCondition>[] = [SPOKE], finalizers = [FINALIZER]) =>
  aConnection(
    {},
    { metadata: { ...aConnection().metadata, deletionTimestamp: DELETED_AT, finalizers }, status: { conditions } },
  );
const purged = { ...deleted(), spec: { ...deleted().spec, deletionPolicy: 'Delete' as const } };
const step = (over: Partial<DeletionSnapshot>) =>
  decideDeletion({
    connection: deleted(),
    deployment: aDeployment(),
    pods: [],
    namespaceTerminating: false,
    now: after(1),
    since: after(0),
    deadlineMs: 60_000,
    ...over,
  });

describe('a deletion', () => {
  const steps: [string, Partial<DeletionSnapshot>, object][] = [
    ['does nothing when our finalizer is gone', { connection: deleted([], ['other/finalizer']) }, { step: 'none' }],
    ['waits for a running pod to deregister', {}, { step: 'wait', reason: 'Deregistering' }],
    [
      'stops the pod once it has deregistered',
      { connection: deleted([SPOKE, aCondition('Deregistered', 'True')]) },
      { step: 'stop' },
    ],
    [
      'stops at once a pod that never said anything: it never started, and has registered nothing',
      { connection: deleted([]) },
      { step: 'stop' },
    ],
    ['stops a pod that says nothing at half of the deadline', { now: after(30) }, { step: 'stop' }],
    ['does not wait for a pod that does not run', { deployment: aDeployment({ replicas: 0 }) }, { step: 'stop' }],
    [
      'waits for a stopped pod to end',
      { deployment: aDeployment({ replicas: 1 }, 0) },
      { step: 'wait', reason: 'Stopping' },
    ],
    [
      'waits for a pod that the Deployment no longer counts, since it was told to end',
      { deployment: aDeployment({ replicas: 0 }, 0), pods: [aPod({ phase: 'Running' })] },
      { step: 'wait', reason: 'Stopping' },
    ],
    [
      'does not wait for a pod whose node is gone with it: its last moment is long over',
      {
        deployment: aDeployment({ replicas: 0 }, 0),
        pods: [
          { ...aPod({ phase: 'Running' }), metadata: { name: 'lost', deletionTimestamp: '2026-05-31T23:59:00Z' } },
        ],
      },
      { step: 'forget' },
    ],
    [
      'does not wait for a pod that has ended',
      { deployment: aDeployment({ replicas: 0 }, 0), pods: [aPod({ phase: 'Failed' })] },
      { step: 'forget' },
    ],
    ['asks the hub once no pod is left', { deployment: aDeployment({ replicas: 0 }, 0) }, { step: 'forget' }],
    ['asks the hub where there never was a Deployment', { deployment: undefined }, { step: 'forget' }],
    [
      'lets go at the deadline, whatever is left',
      { now: after(60) },
      { step: 'release', reason: 'DeletionDeadlineExceeded' },
    ],
    [
      'lets go at once when the namespace is going',
      { namespaceTerminating: true },
      { step: 'release', reason: 'NamespaceTerminating' },
    ],
    [
      'has the hub delete its data when the namespace is going and the policy says so, without waiting for the store',
      { connection: purged, namespaceTerminating: true, deployment: undefined },
      { step: 'forget' },
    ],
    [
      'stops the pod before, so that nothing is written after',
      { connection: purged, namespaceTerminating: true },
      { step: 'stop' },
    ],
    [
      'lets such a namespace go at the deadline all the same',
      { connection: purged, namespaceTerminating: true, now: after(60) },
      { step: 'release', reason: 'DeletionDeadlineExceeded' },
    ],
  ];
  it.each(steps)('%s', (_what, over, expected) => {
    expect(step(over)).toMatchObject(expected);
  });

  it.each([-90, 90])('goes by one clock: that of the API server may be %d s away', (seconds) => {
    const apart = { since: after(seconds), now: after(seconds + 1) };
    expect(step(apart)).toMatchObject({ step: 'wait', reason: 'Deregistering' });
    expect(step({ ...apart, deployment: undefined, connection: purged })).toMatchObject({ step: 'forget' });
    expect(step({ since: after(seconds), now: after(seconds + 60) })).toMatchObject({ step: 'release' });
  });

  it('never waits past its deadline', () => {
    for (let second = 0; second < 60; second += 1) {
      const next = step({ now: after(second) });
      if (next.step === 'wait') expect(second * 1000 + next.afterMs).toBeLessThanOrEqual(60_000);
    }
  });
});
