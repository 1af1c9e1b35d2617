import { describe, expect, it } from '@jest/globals';
import type { PodView } from '../../kit/kube/builtin.ts';
import { aDeployment, aPod, aSnapshot } from '../../test/support/operator-fixtures.ts';
import { deployedOf, isToBeTriedAgain } from './deployed.ts';
import { podTrouble } from './pod-trouble.ts';

const NOW = new Date('2026-06-01T00:00:00Z');
type Container = NonNullable<NonNullable<PodView['status']>['containerStatuses']>[number];
const withContainer = (container: Container, created?: string) =>
  aPod({ phase: 'Pending', containerStatuses: [container] }, created);
const waiting = (reason: string, message?: string): Container => ({
  image: 'r/i:1',
  state: { waiting: { reason, message } },
});
const unscheduled = (lastTransitionTime: string) =>
  aPod({
    conditions: [
      { type: 'PodScheduled', status: 'False', message: '0/1 nodes are available: 1 cordoned.', lastTransitionTime },
    ],
  });

describe('a pod that does not run', () => {
  const cases: [string, PodView, string, boolean, string][] = [
    [
      'an image that is not there',
      withContainer(waiting('ErrImagePull', 'not found')),
      'ImageNotPulled',
      true,
      'r/i:1',
    ],
    [
      'an image that is given up',
      withContainer(waiting('ImagePullBackOff')),
      'ImageNotPulled',
      true,
      'ImagePullBackOff',
    ],
    [
      'a missing Secret of its environment',
      withContainer(waiting('CreateContainerConfigError', 'secret "x" not found')),
      'ContainerNotCreated',
      true,
      'secret "x" not found',
    ],
    [
      'too little memory',
      withContainer({
        ...waiting('CrashLoopBackOff'),
        restartCount: 1,
        lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } },
      }),
      'OutOfMemory',
      true,
      'raise spec.resources.limits.memory',
    ],
    [
      'a crash',
      withContainer({ restartCount: 1, lastState: { terminated: { reason: 'Error', exitCode: 2 } } }),
      'PodCrashing',
      false,
      'exit code 2 (1 restart)',
    ],
    [
      'a crash again and again',
      withContainer({ restartCount: 5, state: { terminated: { exitCode: 2 } } }),
      'PodCrashing',
      true,
      '5 restarts',
    ],
    ['no node', unscheduled('2026-05-31T23:59:00Z'), 'Unschedulable', false, '1 cordoned. Make room'],
    ['no node for long', unscheduled('2026-05-31T23:00:00Z'), 'Unschedulable', true, 'no node takes'],
    [
      'an eviction',
      aPod({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory.' }),
      'Evicted',
      false,
      'low on memory. Another',
    ],
    [
      'a volume that is not there',
      withContainer(waiting('ContainerCreating'), '2026-05-31T23:59:00Z'),
      'VolumesNotReady',
      false,
      'describe pod sync-shop-1',
    ],
  ];
  it.each(cases)('because of %s says so', (_what, pod, reason, mend, message) => {
    const trouble = podTrouble([pod], NOW);
    expect(trouble).toMatchObject({ reason, mend, message: expect.stringContaining(message) });
    const snapshot = aSnapshot({ pods: [pod], deployment: aDeployment({ availableReplicas: 0 }), now: NOW });
    expect(deployedOf(snapshot, 1, true)).toMatchObject({ mend, finding: { status: 'False', reason } });
  });

  it('and only starts, says nothing', () => {
    expect(podTrouble([], NOW)).toBeUndefined();
    expect(podTrouble([withContainer(waiting('ContainerCreating'))], NOW)).toBeUndefined();
    expect(podTrouble([withContainer({ restartCount: 0, state: {} })], NOW)).toBeUndefined();
  });

  it('is the newest that is not on its way out', () => {
    const old = aPod({ phase: 'Failed', reason: 'Evicted' }, '2026-05-30T00:00:00Z', 'old');
    expect(podTrouble([old, withContainer(waiting('PodInitializing'))], NOW)).toBeUndefined();
    const going = { ...old, metadata: { ...old.metadata, deletionTimestamp: '2026-05-31T00:00:00Z' } };
    expect(podTrouble([going], NOW)).toBeUndefined();
  });

  it('is no trouble while it runs', () => {
    const pod = withContainer(waiting('ErrImagePull'));
    expect(deployedOf(aSnapshot({ pods: [pod] }), 1, true).finding.reason).toBe('PodRunning');
  });
});

describe('a pod that a quota refuses', () => {
  const refused = (lastUpdateTime: string) =>
    aSnapshot({
      now: NOW,
      deployment: aDeployment({
        replicas: 0,
        availableReplicas: 0,
        conditions: [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota', lastUpdateTime }],
      }),
    });

  it('is tried again half a minute later, and not before', () => {
    expect(isToBeTriedAgain(refused('2026-05-31T23:59:50Z'))).toBe(false);
    expect(isToBeTriedAgain(refused('2026-05-31T23:59:29Z'))).toBe(true);
    expect(isToBeTriedAgain(aSnapshot())).toBe(false);
  });
});
