import { describe, expect, it } from '@jest/globals';
import type { PodView } from '../kit/kube/builtin.ts';
import type { KubeClient } from '../kit/kube/client.ts';
import { systemClock } from '../kit/clock.ts';
import { Random } from '../simulator/random.ts';
import { Kills } from './kills.ts';
import { drillNames } from './names.ts';
import { evenly } from './run.ts';

interface Listed {
  readonly namespace: string;
  readonly labelSelector: string;
}

function cluster(pods: readonly PodView[]) {
  const deleted: { name: string; namespace?: string; uid?: string; gracePeriodSeconds?: number }[] = [];
  const asked: Listed[] = [];
  const client = {
    async list(_: unknown, select: Listed) {
      asked.push(select);
      return { items: pods.filter(({ metadata }) => metadata.namespace === select.namespace), metadata: {} };
    },
    async delete(_: unknown, target: { name: string }, options: object) {
      deleted.push({ ...target, ...options });
    },
  } as unknown as KubeClient;
  const kills = new Kills({
    client,
    clock: systemClock,
    names: drillNames('drill', 'x'),
    installation: { namespace: 'system', image: 'i', imagePullPolicy: 'Never', hubUrl: 'http://hub:8080' },
  });
  return { kills, deleted, asked };
}
const pod = (namespace: string, name: string, ready = true): PodView => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace, name, uid: `uid-${name}` },
  status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});

describe('a kill', () => {
  it('ends exactly the pod that was seen, at once, and only one that is ready', async () => {
    const { kills, deleted, asked } = cluster([
      pod('drill', 'starting', false),
      pod('drill', 'works'),
      pod('other', 'alien'),
    ]);
    expect(await kills.strike('sync')).toBe(true);
    expect(deleted).toEqual([{ name: 'works', namespace: 'drill', uid: 'uid-works', gracePeriodSeconds: 0 }]);
    expect(asked[0]).toEqual({
      namespace: 'drill',
      labelSelector: 'app.kubernetes.io/name=supercargo-sync,supercargo.dev/connection=drill-x',
    });
    expect(kills.done).toEqual({ sync: 1, hub: 0, operator: 0 });
  });

  it('is not counted twice while the dead one is still listed', async () => {
    const { kills, deleted } = cluster([pod('drill', 'works')]);
    await kills.strike('sync');
    expect(await kills.strike('sync')).toBe(false);
    expect([deleted.length, kills.total]).toEqual([1, 1]);
  });

  it("of a shared part hits every replica, in the chart's namespace alone", async () => {
    const { kills, deleted, asked } = cluster([pod('system', 'a'), pod('system', 'b'), pod('drill', 'c')]);
    await kills.strike('hub');
    expect(deleted.map(({ name }) => name)).toEqual(['a', 'b']);
    expect([asked[0], kills.total]).toEqual([
      { namespace: 'system', labelSelector: 'app.kubernetes.io/name=supercargo,app.kubernetes.io/component=hub' },
      1,
    ]);
  });
});

describe('the parts of a drill', () => {
  it('are each killed as often as the others, whatever the dice say', () => {
    for (let seed = 1; seed < 50; seed++) {
      const next = evenly(['sync', 'hub', 'operator'], new Random(seed));
      const drawn = Array.from({ length: 9 }, next);
      expect([...Map.groupBy(drawn, (part) => part).values()].map((all) => all.length)).toEqual([3, 3, 3]);
      expect(new Set(drawn.slice(0, 3)).size).toBe(3);
    }
  });
});
