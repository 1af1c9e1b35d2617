import { describe, expect, it } from '@jest/globals';
import type { PodView } from '../../kit/kube/builtin.ts';
import { allAnew, startsOf } from './started-anew.ts';

const pod = (uid: string, restartCount: number, ready = true, leaving = false): PodView => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: uid, namespace: 'sc', uid, ...(leaving ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
  status: {
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    containerStatuses: [{ name: 'hub', restartCount }],
  },
});

describe('hubs whose database was restored', () => {
  const before = startsOf([pod('a', 0), pod('b', 2)]);

  it('have started anew when each has one more start and takes requests', () => {
    expect(allAnew([pod('a', 1), pod('b', 3)], before)).toBe(true);
  });

  it('have not while the one of before still answers', () => {
    expect(allAnew([pod('a', 1), pod('b', 2)], before)).toBe(false);
  });

  it('have not while one that has started is not ready', () => {
    expect(allAnew([pod('a', 1), pod('b', 3, false)], before)).toBe(false);
  });

  it('may be other pods, and those that leave do not count', () => {
    expect(allAnew([pod('c', 0), pod('a', 0, true, true)], before)).toBe(true);
    expect(allAnew([pod('a', 0, true, true)], before)).toBe(false);
  });
});
