import { describe, expect, it } from '@jest/globals';
import { FINALIZER } from '../../crds/index.ts';
import { Cache } from '../../kit/kube/cache.ts';
import type { JsonPatchOperation } from '../../kit/kube/client.ts';
import { aConnection, aDeployment } from '../../test/support/operator-fixtures.ts';
import type { DeploymentView } from '../resources.ts';
import { bringsIntoView } from './shards.ts';

const SHARD = 'supercargo.dev/shard';

/** A connection that is held, and its Deployment as the API server has it, with these labels. */
function setUp(shard: Record<string, string>, deployed: Record<string, string>, ownerUid = 'uid-shop') {
  const connection = aConnection();
  Object.assign(connection.metadata, { labels: shard, finalizers: [FINALIZER] });
  const live = aDeployment();
  const owner = { apiVersion: 'x', kind: 'Connection', name: 'shop', uid: ownerUid, controller: true };
  Object.assign(live.metadata, { labels: deployed, ownerReferences: [owner] });
  const patches: JsonPatchOperation[][] = [];
  const deployments = new Cache<DeploymentView>();
  const bring = (selector: string | undefined) =>
    bringsIntoView(
      {
        config: { selector, shardKeys: [SHARD] },
        client: {
          find: async () => live,
          jsonPatch: async (_type: unknown, _target: unknown, patch: JsonPatchOperation[]) => patches.push(patch),
        },
        informers: { deployments },
      } as unknown as Parameters<typeof bringsIntoView>[0],
      connection,
    );
  return { bring, patches, deployments, live };
}

const path = '/metadata/labels/supercargo.dev~1shard';

describe('a Deployment that is not in view, as it has the labels of another shard,', () => {
  it.each<[string, Record<string, string>, Record<string, string>, JsonPatchOperation]>([
    ['gets the label of this one', { [SHARD]: 'b' }, { [SHARD]: 'a' }, { op: 'add', path, value: 'b' }],
    ['gets one where it had none', { [SHARD]: 'b' }, {}, { op: 'add', path, value: 'b' }],
    ['loses it where this shard has the rest', {}, { [SHARD]: 'a' }, { op: 'remove', path }],
  ])('%s before anything is decided', async (_, wanted, deployed, patch) => {
    const { bring, patches } = setUp(wanted, deployed);
    expect(await bring('any')).toBe(true);
    expect(patches).toEqual([[patch]]);
  });

  it('is left as it is where it is in view, is not this connection’s, or there are no shards', async () => {
    const seen = setUp({ [SHARD]: 'b' }, { [SHARD]: 'a' });
    seen.deployments.put(seen.live);
    const foreign = setUp({ [SHARD]: 'b' }, { [SHARD]: 'a' }, 'uid-of-another');
    const whole = setUp({ [SHARD]: 'b' }, { [SHARD]: 'a' });
    expect([await seen.bring('any'), await foreign.bring('any'), await whole.bring(undefined)]).toEqual([
      false,
      false,
      false,
    ]);
    expect([seen.patches, foreign.patches, whole.patches]).toEqual([[], [], []]);
  });

  it('holds nothing up where the watch is only behind', async () => {
    const { bring, patches } = setUp({ [SHARD]: 'b' }, { [SHARD]: 'b' });
    expect(await bring('any')).toBe(false);
    expect(patches).toEqual([]);
  });
});
