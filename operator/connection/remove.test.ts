import { expect, it } from '@jest/globals';
import { FINALIZER } from '../../crds/index.ts';
import { EventRecorder } from '../../kit/events.ts';
import type { KubeClient } from '../../kit/kube/client.ts';
import type { Informer } from '../../kit/kube/informer.ts';
import { createLogger } from '../../kit/log.ts';
import { ManualClock, settle } from '../../test/support/manual-clock.ts';
import { aConnection } from '../../test/support/operator-fixtures.ts';
import type { Context } from '../context.ts';
import type { AnyConnection } from '../resources.ts';
import { removeConnection } from './remove.ts';

it('what became of it can be read once it is gone: the Event is written before it is let go', async () => {
  const clock = new ManualClock('2026-01-01T00:10:00Z');
  const log = createLogger('operator', 'silent');
  const { metadata, ...rest } = aConnection();
  const deletionTimestamp = '2026-01-01T00:00:00Z';
  const connection: AnyConnection = { ...rest, metadata: { ...metadata, deletionTimestamp, finalizers: [FINALIZER] } };
  const done: string[] = [];
  const written = Promise.withResolvers<void>();
  const client = {
    find: async () => undefined,
    create: async () => {
      await written.promise;
      done.push('the Event is written');
    },
  } as unknown as KubeClient;
  const context = {
    ...{ client, clock, config: { deletionDeadlineMs: 60_000 } },
    informers: { deployments: { find: () => undefined }, pods: { byIndex: () => [] } },
    recorder: new EventRecorder({ client, clock, log, controller: 'supercargo.dev/operator', instance: 'pod' }),
    applier: { apply: async () => void done.push('it is let go') },
  } as unknown as Context;

  const removed = removeConnection(context, {} as Informer<AnyConnection>, connection, {
    log: () => log,
    signal: new AbortController().signal,
  });
  await settle();
  written.resolve();
  await removed;
  await context.recorder.flush();
  expect(done).toEqual(['the Event is written', 'it is let go']);
});
