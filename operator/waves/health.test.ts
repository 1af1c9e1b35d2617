import { describe, expect, it } from '@jest/globals';
import { aDeployment } from '../../test/support/operator-fixtures.ts';
import { annotationsOf } from './mark.ts';
import { healthOf } from './health.ts';

type Status = Parameters<typeof aDeployment>[0];
const ROLLED = '2026-01-01T00:00:00Z';
const at = (minutes: number) => new Date(Date.parse(ROLLED) + minutes * 60_000);
const deployment = (status: Status, rolledAt: string | undefined = ROLLED) => {
  const { metadata, ...rest } = aDeployment(status);
  const annotations = rolledAt === '' ? {} : annotationsOf({ revision: 'b', own: 'o', rolledAt });
  return { ...rest, metadata: { ...metadata, annotations } };
};
const gone = { availableReplicas: 0 };
const lost = (minutes: number, complete = true): Status => ({
  ...gone,
  conditions: [
    { type: 'Available', status: 'False', lastTransitionTime: at(minutes).toISOString() },
    { type: 'Progressing', status: 'True', reason: complete ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated' },
  ],
});

describe('a pod that had its turn', () => {
  it('is Ready once its Deployment has it available', () => {
    expect(healthOf(deployment({}), at(1))).toEqual({ ready: true, broken: false, late: false });
  });

  it('is not Ready by a status of the pod before it', () => {
    expect(healthOf(deployment({ observedGeneration: 0 }), at(1))).toMatchObject({ ready: false, broken: true });
  });

  it('is starting until its deadline, and late from then on', () => {
    expect(healthOf(deployment(gone), at(2))).toEqual({ ready: false, broken: true, late: false, lateInMs: 180_000 });
    expect(healthOf(deployment(gone), at(5))).toEqual({ ready: false, broken: true, late: true });
  });

  it('is late as soon as its Deployment says so, but not by what that said of the pod before', () => {
    const conditions = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }];
    expect(healthOf(deployment({ ...gone, conditions }), at(1))).toMatchObject({ late: true });
    expect(healthOf(deployment({ ...gone, conditions, observedGeneration: 0 }), at(1))).toMatchObject({ late: false });
  });

  it('that ran and broke within the hour is broken by its roll, and late when it stays so', () => {
    expect(healthOf(deployment(lost(50)), at(52))).toMatchObject({ broken: true, late: false });
    expect(healthOf(deployment(lost(50)), at(55))).toMatchObject({ broken: true, late: true });
    expect(healthOf(deployment(lost(50)), at(9_000))).toMatchObject({ broken: true, late: true });
  });

  it('that ran for a month is not broken by its roll', () => {
    expect(healthOf(deployment(lost(43_200)), at(43_300))).toEqual({ ready: false, broken: false, late: false });
  });
});

describe('a pod that no wave brought', () => {
  it('stops nobody, whatever it lacks', () => {
    expect(healthOf(deployment(lost(0, false), ''), at(600))).toEqual({ ready: false, broken: false, late: false });
  });
});
