import { describe, expect, it } from '@jest/globals';
import { FINALIZER, type ConnectionStatus } from '../../crds/index.ts';
import { EventRecorder } from '../../kit/events.ts';
import type { KubeClient } from '../../kit/kube/client.ts';
import type { Informer } from '../../kit/kube/informer.ts';
import { createLogger } from '../../kit/log.ts';
import { ManualClock, settle } from '../../test/support/manual-clock.ts';
import { aCondition, aConnection } from '../../test/support/operator-fixtures.ts';
import type { Context } from '../context.ts';
import type { AnyConnection } from '../resources.ts';
import { FirstSeen } from './first-seen.ts';
import { removeConnection } from './remove.ts';

const DELETED_AT = '2026-01-01T00:00:00Z';

function setUp(now: string, status: ConnectionStatus = {}) {
  const clock = new ManualClock(now);
  const log = createLogger('operator', 'silent');
  const { metadata, spec, ...rest } = aConnection();
  const connection: AnyConnection = {
    ...{ ...rest, status, spec: { ...spec, deletionPolicy: 'Delete' } },
    metadata: { ...metadata, deletionTimestamp: DELETED_AT, finalizers: [FINALIZER] },
  };
  const done: string[] = [];
  const written = Promise.withResolvers<void>();
  const client = {
    find: async () => undefined,
    create: async (_type: unknown, { reason }: { reason: string }) => {
      await written.promise;
      done.push(`the Event ${reason} is written`);
    },
  } as unknown as KubeClient;
  const context = {
    ...{ client, clock, config: { deletionDeadlineMs: 60_000 } },
    informers: { deployments: { find: () => undefined }, pods: { byIndex: () => [] } },
    recorder: new EventRecorder({ client, clock, log, controller: 'supercargo.dev/operator', instance: 'pod' }),
    reporter: { report: async () => undefined },
    hub: {
      forget: async () => {
        done.push('the hub is asked');
        return { deleted: 7 };
      },
    },
    applier: { apply: async () => void done.push('it is let go') },
  } as unknown as Context;
  const deletions = new FirstSeen();
  const remove = () =>
    removeConnection(context, {} as Informer<AnyConnection>, connection, {
      ...{ deletions, log: () => log },
      signal: new AbortController().signal,
    });
  return { clock, connection, deletions, context, done, written, remove };
}

it('what became of it can be read once it is gone: the Event is written before it is let go', async () => {
  const told = aCondition('Deleting', 'True', { lastTransitionTime: DELETED_AT });
  const { context, done, written, remove } = setUp('2026-01-01T00:10:00Z', { conditions: [told] });
  const removed = remove();
  await settle();
  written.resolve();
  await removed;
  await context.recorder.flush();
  expect(done).toEqual(['the Event DeletionDeadlineExceeded is written', 'it is let go']);
});

it.each(['2026-01-01T00:01:30Z', '2025-12-31T23:58:30Z'])(
  'the hub is asked to delete what the policy says, though the API server has another clock than %s',
  async (now) => {
    const { done, written, remove } = setUp(now);
    written.resolve();
    await remove();
    expect(done).toEqual(['the hub is asked', 'the Event Deregistered is written', 'it is let go']);
  },
);

describe('a deletion was first seen', () => {
  it('when this operator saw it, or when one before it wrote so; a namesake anew', () => {
    const { clock, connection, deletions } = setUp('2026-01-01T00:10:00Z');
    const at = clock.now();
    expect(deletions.of(connection, at)).toEqual(at);
    const later = new Date(at.getTime() + 5000);
    expect(deletions.of(connection, later)).toEqual(at);
    const told = aCondition('Deleting', 'True', { lastTransitionTime: '2026-01-01T00:09:00Z' });
    const before = { ...connection, status: { conditions: [told] } };
    expect(deletions.of(before, later)).toEqual(new Date('2026-01-01T00:09:00Z'));
    const namesake = { ...connection, metadata: { ...connection.metadata, uid: 'another' } };
    expect(deletions.of(namesake, later)).toEqual(later);
    deletions.forget('acme/shop');
    expect(deletions.of(connection, later)).toEqual(later);
  });
});
