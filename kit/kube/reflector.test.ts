import { describe, expect, it } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { ManualClock, settle } from '../../test/support/manual-clock.ts';
import { createLogger, type Logger } from '../log.ts';
import type { KubeClient, WatchEvent } from './client.ts';
import { ApiError } from './errors.ts';
import { Informer, type Change } from './informer.ts';
import type { KubeObject } from './objects.ts';

interface Thing extends KubeObject {
  data?: string;
}
const thing = (name: string, resourceVersion: string, data = ''): Thing => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name, namespace: 'n', uid: name, resourceVersion },
  data,
});
const TYPE = { apiVersion: 'v1', kind: 'Thing', plural: 'things', namespaced: true };

/** An API server that plays a script: what each list gives, and what each watch says until it ends. */
function scripted(
  lists: (Thing[] | Error)[],
  watches: (WatchEvent<Thing>[] | Error)[],
  more: { unreachedMaxMs?: number; log?: Logger; answers?: boolean } = {},
) {
  const calls: string[] = [];
  const client = {
    list: async (_type: unknown, select: { continue?: string }) => {
      const items = lists.shift() ?? [];
      calls.push(`list${select.continue ? ` ${select.continue}` : ''}`);
      if (items instanceof Error) throw items;
      return { items, metadata: { resourceVersion: '10' } };
    },
    async *watch(
      _type: unknown,
      select: { resourceVersion: string; signal: AbortSignal; onAnswer: () => void },
    ): AsyncGenerator<WatchEvent<Thing>> {
      const { resourceVersion, signal } = select;
      calls.push(`watch ${resourceVersion}`);
      const events = watches.shift();
      if (events instanceof Error) throw events;
      if (more.answers) select.onAnswer();
      yield* events ?? [];
      if (!events)
        await new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
        );
    },
  } as unknown as KubeClient;
  const clock = new ManualClock();
  const informer = new Informer<Thing>({
    client,
    type: TYPE,
    clock,
    random: () => 0,
    log: createLogger('test', 'silent'),
    stallMs: 120_000,
    ...more,
    indexes: { data: ({ data }) => [data ?? ''] },
  });
  const changes: string[] = [];
  informer.onChange(({ key, object, previous, first }: Change<Thing>) =>
    changes.push(`${object ? (previous ? 'changed' : 'added') : 'removed'} ${key}${first ? ' at first' : ''}`),
  );
  const stop = new AbortController();
  void informer.run(stop.signal);
  return { informer, changes, calls, clock, stop };
}

describe('an informer', () => {
  it('resumes a watch that ended from the last version it saw, without a list', async () => {
    const { calls, changes, clock } = scripted(
      [[thing('a', '1')]],
      [
        [
          { type: 'MODIFIED', object: thing('a', '11') },
          { type: 'BOOKMARK', object: thing('', '25') },
        ],
        new ApiError('Unavailable', 0, 'cut'),
      ],
    );
    await clock.advance(60_000);
    expect(calls).toEqual(['list', 'watch 10', 'watch 25', 'watch 25']);
    expect(changes).toEqual(['added n/a at first', 'changed n/a']);
  });

  it('lists again when its version is too old, and finds what came, changed and went meanwhile', async () => {
    const { calls, changes, informer, clock } = scripted(
      [
        [thing('same', '1'), thing('old', '2'), thing('gone', '3')],
        [thing('same', '1'), thing('old', '9'), thing('new', '8')],
      ],
      [new ApiError('Gone', 410, 'too old')],
    );
    await clock.advance(1000);
    expect(calls).toEqual(['list', 'watch 10', 'list', 'watch 10']);
    expect(changes.slice(3)).toEqual(['changed n/old', 'added n/new', 'removed n/gone']);
    expect([...informer.values()].map(({ metadata }) => metadata.name).sort()).toEqual(['new', 'old', 'same']);
  });

  it('lists at once when a server that nobody reached for long says that its version is too old', async () => {
    const unreached = Array.from({ length: 12 }, () => new ApiError('Unavailable', 0, 'refused'));
    const { calls, clock } = scripted(
      [[thing('a', '1')], [thing('a', '2')]],
      [...unreached, new ApiError('Gone', 410, 'too old')],
      { unreachedMaxMs: 3_000 },
    );
    await clock.advance(800 + 1600 + 10 * 3_000);
    expect(calls.filter((call) => call === 'list')).toHaveLength(2);
  });

  it('waits for a server that is not ready yet no longer than for one that nobody reaches', async () => {
    const starting = Array.from({ length: 20 }, () => new ApiError('TooManyRequests', 429, 'initializing'));
    const { calls, clock } = scripted(starting, [], { unreachedMaxMs: 3_000 });
    await clock.advance(800 + 1600 + 3 * 3_000);
    expect(calls).toHaveLength(6);
  });

  it('takes an object deleted and made anew under its name for a change', async () => {
    const reborn = { ...thing('a', '9'), metadata: { ...thing('a', '9').metadata, uid: 'other' } };
    const { changes, informer, clock } = scripted(
      [[thing('a', '1')], [reborn]],
      [new ApiError('Gone', 410, 'too old')],
    );
    await clock.advance(1000);
    expect(changes).toEqual(['added n/a at first', 'changed n/a']);
    expect(informer.get('n/a')?.metadata.uid).toBe('other');
  });

  it('says what to do where the API server has no such kind, and goes on once it has', async () => {
    const told: string[] = [];
    const log = { warn: (_: unknown, message: string) => void told.push(message) } as unknown as Logger;
    const missing = () => new ApiError('NotFound', 404, '404 page not found');
    const { changes, clock } = scripted([missing(), missing(), [thing('a', '1')]], [], { log });
    await clock.advance(800 + 1600);
    expect(told).toEqual(
      Array(2).fill('the API server has no things of v1: apply the CustomResourceDefinitions of this release'),
    );
    expect(changes).toEqual(['added n/a at first']);
  });

  it('waits longer after each failure, and no longer than half a minute', async () => {
    const down = new ApiError('Unavailable', 503, 'down');
    const { calls, clock } = scripted([], []);
    expect(calls).toHaveLength(1);
    const failing = scripted(
      Array.from({ length: 20 }, () => down),
      [],
    );
    await failing.clock.advance(800 + 1600 + 3200);
    expect(failing.calls).toHaveLength(4);
    await failing.clock.advance(5 * 60_000);
    expect(failing.calls.length).toBeGreaterThan(12);
    await clock.advance(0);
  });

  it('tries a server that cannot be reached as often as it is told to, and tells of ever fewer tries', async () => {
    const refused = new ApiError('Unavailable', 0, 'connect ECONNREFUSED');
    const told: number[] = [];
    const note = ({ failures }: { failures: number }) => void told.push(failures);
    const log = { info: note, warn: note } as unknown as Logger;
    const { calls, clock } = scripted(
      Array.from({ length: 40 }, () => refused),
      [],
      { unreachedMaxMs: 3_000, log },
    );
    await clock.advance(800 + 1600);
    expect(calls).toHaveLength(3);
    await clock.advance(60_000);
    expect(calls).toHaveLength(3 + 20);
    expect(told).toEqual([1, 2, 3, 4, 8, 16]);
  });

  it('tells of a version that is too old, and of the first breaks, as what happens; of the third as what is wrong; and where in the code of none', async () => {
    const lines: Record<string, unknown>[] = [];
    const to = new PassThrough().on('data', (text: Buffer) => void lines.push(JSON.parse(text.toString())));
    const cut = () => new ApiError('Unavailable', 0, 'cut');
    const { clock } = scripted(
      [[thing('a', '1')], [thing('a', '2')]],
      [new ApiError('Gone', 410, 'too old'), cut(), cut(), cut()],
      { log: createLogger('test', 'info', to) },
    );
    await clock.advance(60_000);
    const expired = { reason: 'Gone', status: 410, answer: 'too old', message: 'watch expired: listing again' };
    const broke = { reason: 'Unavailable', answer: 'cut', message: 'watch broke: reconnecting', resource: 'things' };
    expect(lines).toMatchObject([
      { level: 'info', ...expired, failures: 1 },
      { level: 'info', ...broke, failures: 1 },
      { level: 'info', ...broke, failures: 2 },
      { level: 'warn', ...broke, failures: 3 },
    ]);
    expect(JSON.stringify(lines)).not.toContain('stack');
  });

  it('tries every half minute where it is one of thousands', async () => {
    const refused = new ApiError('Unavailable', 0, 'connect ECONNREFUSED');
    const { calls, clock } = scripted(
      Array.from({ length: 40 }, () => refused),
      [],
    );
    await clock.advance(60_000);
    const before = calls.length;
    await clock.advance(60_000);
    expect(calls.length - before).toBe(2);
  });

  it('breaks off a watch from which nothing comes, not even a bookmark, and resumes it', async () => {
    const { calls, clock } = scripted([[]], []);
    await clock.advance(119_000);
    expect(calls).toEqual(['list', 'watch 10']);
    await clock.advance(3_000);
    expect(calls).toEqual(['list', 'watch 10', 'watch 10']);
  });

  it('says how long a server has been silent, however often it was asked meanwhile', async () => {
    const { informer, calls, clock } = scripted([[]], []);
    await settle();
    const heard = clock.now().getTime();
    await clock.advance(20 * 60_000);
    expect(calls.length).toBeGreaterThan(6);
    expect(informer.lastHeardAt).toBe(heard);
    // Whoever asks whether it still tries is told so.
    expect(clock.now().getTime() - informer.lastProgressAt).toBeLessThan(3 * 60_000);
  });

  it('takes an answer without events for a sign of life', async () => {
    const { informer, clock } = scripted([[]], [], { answers: true });
    await clock.advance(20 * 60_000);
    expect(clock.now().getTime() - informer.lastHeardAt).toBeLessThan(3 * 60_000);
  });

  it('goes on when a handler throws, and tells the others', async () => {
    const { informer, clock, changes } = scripted([[thing('a', '1')]], [[{ type: 'ADDED', object: thing('b', '11') }]]);
    informer.onChange(() => {
      throw new Error('a bug');
    });
    const later: string[] = [];
    informer.onChange(({ key }) => later.push(key));
    await clock.advance(10);
    expect([changes.length, later]).toEqual([2, ['n/a', 'n/b']]);
  });

  it('finds by index, and follows an object that moves in it', async () => {
    const { informer, clock } = scripted(
      [[thing('a', '1', 'x')]],
      [[{ type: 'MODIFIED', object: thing('a', '11', 'y') }]],
    );
    await clock.advance(10);
    expect([informer.byIndex('data', 'x').length, informer.byIndex('data', 'y').length]).toEqual([0, 1]);
    expect(() => informer.byIndex('nothing', 'x')).toThrow('no index "nothing": it has data');
  });

  it('ends when asked', async () => {
    const { stop, clock, calls } = scripted([[]], []);
    await settle();
    stop.abort();
    await clock.advance(600_000);
    expect(calls).toEqual(['list', 'watch 10']);
  });
});
