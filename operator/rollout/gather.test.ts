import { describe, expect, it } from '@jest/globals';
import { Cache } from '../../kit/kube/cache.ts';
import { aConnection, aDeployment } from '../../test/support/operator-fixtures.ts';
import type { AnyConnection, DeploymentView } from '../resources.ts';
import { RolloutBook } from '../waves/book.ts';
import { gatherRollout } from './gather.ts';

describe('a look at all Deployments', () => {
  it('counts those of this installation alone: of ten per cent of its own fleet the rest is no part', () => {
    const caches = {
      connections: new Cache<AnyConnection>(),
      clusterConnections: new Cache(),
      deployments: new Cache<DeploymentView>(),
    };
    for (const [name, installation] of [
      ['ours', 'one'],
      ['theirs', 'two'],
      ['new', undefined],
    ] as const) {
      const connection = aConnection({}, installation === undefined ? {} : { status: { installation } });
      caches.connections.put({ ...connection, metadata: { ...connection.metadata, name } });
      const deployment = aDeployment();
      const labels = { 'supercargo.dev/connection': name, 'supercargo.dev/connection-kind': 'Connection' };
      caches.deployments.put({ ...deployment, metadata: { ...deployment.metadata, name: `sync-${name}`, labels } });
    }
    const { members } = gatherRollout(caches as unknown as Parameters<typeof gatherRollout>[0], {
      ...{ book: new RolloutBook(), installation: 'one', now: new Date('2026-01-01T00:00:00Z') },
    });
    expect(members.map(({ id }) => id).sort()).toEqual(['acme/sync-new', 'acme/sync-ours']);
  });
});
