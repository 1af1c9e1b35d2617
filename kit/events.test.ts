import { describe, expect, it } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { ManualClock } from '../test/support/manual-clock.ts';
import { EventRecorder } from './events.ts';
import type { KubeClient } from './kube/client.ts';
import { ApiError, errorFromResponse } from './kube/errors.ts';
import { createLogger } from './log.ts';

const OBJECT = {
  apiVersion: 'supercargo.dev/v1beta1',
  kind: 'Feed',
  metadata: { name: 'orders', namespace: 'n', uid: 'u' },
};
const note = (message: string) => ({ type: 'Warning' as const, reason: 'Failed', action: 'Sync', message });

function setUp(fails?: Error, log = createLogger('test', 'silent')) {
  const clock = new ManualClock();
  const written: { note: string; metadata: { name: string; namespace: string } }[] = [];
  const client = {
    create: async (_type: unknown, event: (typeof written)[number]) => {
      if (fails) throw fails;
      written.push(event);
    },
  } as unknown as KubeClient;
  return {
    clock,
    written,
    recorder: new EventRecorder({ client, clock, log, controller: 'supercargo.dev/test', instance: 'pod' }),
  };
}

describe('the event recorder', () => {
  it('writes the same note once in a row within ten minutes', async () => {
    const { recorder, written, clock } = setUp();
    for (const message of ['a', 'a', 'b', 'b']) recorder.record(OBJECT, note(message));
    await recorder.flush();
    expect(written.map((event) => event.note)).toEqual(['a', 'b']);
    await clock.advance(10 * 60_000);
    recorder.record(OBJECT, note('b'));
    await recorder.flush();
    expect(written).toHaveLength(3);
  });

  it('tells a fault that comes back, and its end each time: the newest Event is what holds', async () => {
    const { recorder, written } = setUp();
    for (const message of ['refused', 'running', 'refused', 'running']) recorder.record(OBJECT, note(message));
    await recorder.flush();
    expect(written.map((event) => event.note)).toEqual(['refused', 'running', 'refused', 'running']);
  });

  it('does not take what another action says in between for news', async () => {
    const { recorder, written } = setUp();
    for (const action of ['Sync', 'Delete', 'Sync', 'Delete']) recorder.record(OBJECT, { ...note(action), action });
    await recorder.flush();
    expect(written.map((event) => event.note)).toEqual(['Sync', 'Delete']);
  });

  it('never floods: ten notes of one object in ten minutes are enough', async () => {
    const { recorder, written } = setUp();
    for (let count = 0; count < 100; count += 1) recorder.record(OBJECT, note(String(count)));
    await recorder.flush();
    expect(written).toHaveLength(10);
  });

  it('names them so that the order of the names is the order in time, also within a millisecond', async () => {
    const { recorder, written, clock } = setUp();
    const messages = ['Creating', 'Starting', 'InitialSync', 'Running', 'Stalled', 'Again'];
    for (const [index, message] of messages.entries()) {
      recorder.record(OBJECT, note(message));
      if (index > 2) await clock.advance(1);
    }
    await recorder.flush();
    const byName = written.toSorted((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1));
    expect(byName.map((event) => event.note)).toEqual(messages);
  });

  it('writes about cluster-scoped objects in the namespace default, and cuts what is too long', async () => {
    const { recorder, written } = setUp();
    recorder.record({ ...OBJECT, metadata: { name: 'global', uid: 'v' } }, note('x'.repeat(5000)));
    await recorder.flush();
    expect([written[0]?.metadata.namespace, written[0]?.note.length]).toEqual(['default', 1024]);
  });

  it('does not throw when Events cannot be written', async () => {
    const { recorder } = setUp(new Error('down'));
    recorder.record(OBJECT, note('a'));
    await recorder.flush();
  });

  it('has nothing to say of a namespace that goes, which takes no Event, and a warning of everything else', async () => {
    const levels: string[] = [];
    const to = new PassThrough().on('data', (text: Buffer) => void levels.push(JSON.parse(text.toString()).level));
    const log = createLogger('test', 'debug', to);
    const going = errorFromResponse(
      403,
      JSON.stringify({ message: 'no', details: { causes: [{ reason: 'NamespaceTerminating' }] } }),
      'create events',
      undefined,
    );
    for (const error of [going, new ApiError('Forbidden', 403, 'no')]) {
      const { recorder } = setUp(error, log);
      recorder.record(OBJECT, note('a'));
      await recorder.flush();
    }
    expect(levels).toEqual(['debug', 'warn']);
  });
});
