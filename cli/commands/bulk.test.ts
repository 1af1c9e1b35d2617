import { describe, expect, it } from '@jest/globals';
import { ApiError } from '../../kit/kube/errors.ts';
import { fakeTarget, quickDoors } from '../../test/support/fake-target.ts';
import type { Viewed } from '../status-view.ts';
import { timeoutOf } from '../waiting.ts';
import { askReconcile } from './reconcile.ts';
import { request } from './requests.ts';
import { suspendFeeds } from './suspend.ts';
import { switchConnections } from './switches.ts';

type Said = readonly [type: string, status: 'True' | 'False', reason: string, message?: string];
const status = (...said: Said[]) => ({
  conditions: said.map(([type, value, reason, message = '']) => ({
    ...{ type, status: value, reason, message, lastTransitionTime: '', observedGeneration: 1 },
  })),
});
const READY: Said = ['Ready', 'True', 'Running'];
const shop = (name: string, rest: Partial<Viewed> = {}, namespace: string | undefined = 'acme'): Viewed => ({
  ...{ kind: 'Connection', metadata: { namespace, name, generation: 1 }, spec: {} },
  ...rest,
});
const feed = (name: string, spec: object = {}, rest: Partial<Viewed> = {}): Viewed => ({
  ...{ kind: 'Feed', metadata: { namespace: 'acme', name, generation: 1 } },
  spec: { connectionRef: { name: 'shop' }, ...spec },
  ...rest,
});
const PATIENCE = { timeoutMs: 60_000 };
const never = (what: string) => (asked: string) => asked === what;

describe('a write to many', () => {
  it('goes on after one that is refused, sums up who was and why, and ends with the code of the worst', async () => {
    const { target, written } = fakeTarget({
      resources: [shop('a'), shop('b'), shop('c')],
      forbidden: never('write acme/b'),
    });
    const doors = quickDoors();
    expect(await switchConnections(target, { names: ['a', 'b', 'c'] }, false, PATIENCE, doors)).toBe(5);
    expect(written).toEqual(['enabled=false acme/a', 'enabled=false acme/c']);
    expect(doors.said).toEqual([
      'Connection acme/a disabled',
      'Connection acme/c disabled',
      '2 disabled, 1 refused:',
      '  Connection acme/b: write acme/b is forbidden: ada@buyers.example may not',
    ]);
  });

  it('does so for feeds, for requests and for reconcile too', async () => {
    const feeds = fakeTarget({ resources: [feed('a'), feed('b')], forbidden: never('write acme/a') });
    const doors = quickDoors();
    expect(await suspendFeeds(feeds.target, { names: ['a', 'b'] }, true, PATIENCE, doors)).toBe(5);
    expect(doors.said.slice(1)).toEqual(['1 suspended, 1 refused:', expect.stringContaining('  Feed acme/a: ')]);
    const many = fakeTarget({ resources: [shop('a'), shop('b')], forbidden: never('write acme/a') });
    for (const ask of [
      () => request(many.target, { verb: 'sync', names: ['a', 'b'], wait: false }, PATIENCE, quickDoors()),
      () => askReconcile(many.target, { kind: 'connections', names: ['a', 'b'] }, {}, quickDoors()),
    ])
      expect(await ask()).toBe(5);
    expect(many.written.map((line) => line.split(' ')[1])).toEqual(['acme/b', 'acme/b']);
  });

  it('to one alone fails with its own reason', async () => {
    const { target } = fakeTarget({ resources: [shop('a')], forbidden: never('write acme/a') });
    await expect(switchConnections(target, { names: ['a'] }, false, PATIENCE, quickDoors())).rejects.toThrow(
      'write acme/a is forbidden',
    );
  });

  it('ends between two of them when the person ends it, and says how many were not asked', async () => {
    const stop = new AbortController();
    const { target, written } = fakeTarget({ resources: [shop('a'), shop('b'), shop('c')] });
    const doors = quickDoors();
    const say = (line: string) => {
      doors.say(line);
      stop.abort();
    };
    const patience = { ...PATIENCE, signal: stop.signal };
    expect(await switchConnections(target, { names: [], all: true }, false, patience, { ...doors, say })).toBe(130);
    expect(written).toEqual(['enabled=false acme/a']);
    expect(doors.said.at(-1)).toBe('1 disabled, 2 not asked, as it was ended before');
  });
});

describe('what --all means', () => {
  const resources = [
    shop('a'),
    shop('far', {}, 'other'),
    feed('orders'),
    shop('wide', { kind: 'ClusterConnection', metadata: { name: 'wide' }, spec: { namespace: 'acme' } }),
  ];
  const disabled = async (options: object) => {
    const { target, written } = fakeTarget({ resources });
    const end: unknown = await switchConnections(
      target,
      { names: [], ...options },
      false,
      PATIENCE,
      quickDoors(),
    ).catch((error: unknown) => String(error));
    return { end, written };
  };

  it('is all of the namespace, with -A of all namespaces, and with --kind those that have none', async () => {
    expect((await disabled({ all: true })).written).toEqual(['enabled=false acme/a']);
    expect((await disabled({ all: true, allNamespaces: true })).written).toEqual([
      'enabled=false acme/a',
      'enabled=false other/far',
    ]);
    expect((await disabled({ all: true, kind: 'clusterconnections' })).written).toEqual(['enabled=false wide']);
  });

  it('is never said by -A alone, and never beside names or labels', async () => {
    for (const options of [
      { allNamespaces: true },
      { all: true, names: ['a'] },
      { all: true, selector: 'a=b' },
      { kind: 'clusterconnections' },
    ])
      expect(await disabled(options)).toEqual({ end: expect.stringMatching(/^Error: /), written: [] });
    expect((await disabled({ all: true, namespace: 'empty' })).end).toBe(
      'Error: there is no Connection in namespace empty',
    );
  });

  it('a name may have its kind before it, and nothing else', async () => {
    expect((await disabled({ names: ['a', 'clusterconnection/wide'] })).written).toEqual([
      'enabled=false acme/a',
      'enabled=false wide',
    ]);
    for (const [names, words] of [
      [['acme/a'], /"acme\/a" is no name: .*a namespace is named with -n/],
      [['clusterconnection/'], /is no name/],
      [['a', 'feed/orders'], /a Feed is no connection/],
      [['a', 'clusterconnection/none'], /ClusterConnection none was not found/],
    ] as const)
      expect(await disabled({ names })).toEqual({ end: expect.stringMatching(words), written: [] });
  });
});

/** Answers with what `after` says once it was written to. */
async function waiting(
  verb: 'enable' | 'disable' | 'suspend' | 'resume',
  found: Viewed[],
  after: (lists: number) => Viewed[],
  { signal, local = false }: { readonly signal?: AbortSignal; readonly local?: boolean } = {},
) {
  const resources = [...found];
  const { target: cluster } = fakeTarget({
    resources,
    onList: (_, lists) => {
      if (lists > 1) resources.splice(0, resources.length, ...after(lists));
    },
  });
  const target = local ? { ...cluster, cluster: undefined } : cluster;
  const doors = quickDoors();
  const options = { names: [], all: true, wait: true };
  const patience = { timeoutMs: 10_000, signal };
  const on = verb === 'enable' || verb === 'suspend';
  const code =
    verb === 'enable' || verb === 'disable'
      ? await switchConnections(target, options, on, patience, doors)
      : await suspendFeeds(target, options, on, patience, doors);
  return { code, ...doors, seconds: doors.clock.now().getTime() / 1000 };
}

describe('--wait', () => {
  it('of many says each as it ends, ends at once for those that cannot, and sums up', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const on = { spec: { enabled: true } };
    const { code, said, told, seconds } = await waiting(
      'enable',
      names.map((name) => shop(name, { spec: { enabled: false } })),
      (lists) => [
        shop('a', { ...on, status: lists > 3 ? status(READY) : status(['Ready', 'False', 'Starting', 'it starts']) }),
        shop('b', {
          ...on,
          status: status(['Licensed', 'False', 'SeatsExhausted', 'no seat'], ['Stalled', 'True', 'SeatsExhausted']),
        }),
        shop('c', { ...on, status: status(['Ready', 'False', 'KeyRefused', 'no'], ['Stalled', 'True', 'KeyRefused']) }),
        shop('d', { spec: { enabled: false }, status: status(['Suspended', 'True', 'Inactive']) }),
      ],
    );
    expect(said.slice(4)).toEqual([
      'Connection acme/b: does not run: SeatsExhausted: no seat',
      'Connection acme/c: does not run: KeyRefused: no',
      'Connection acme/d: was switched off again',
      'Connection acme/a: runs, and is Ready',
      '1 enabled, 3 not well:',
      '  Connection acme/b: does not run: SeatsExhausted: no seat',
      '  Connection acme/c: does not run: KeyRefused: no',
      '  Connection acme/d: was switched off again',
    ]);
    expect(told).toEqual(['Connection acme/a: Starting: it starts']);
    expect([code, seconds < 3]).toEqual([4, true]);
  });

  it('is ended by the person, and says that what was asked goes on', async () => {
    const stop = new AbortController();
    const off = [shop('a', { spec: { enabled: false } }), shop('b', { spec: { enabled: false } })];
    const { code, said, seconds } = await waiting(
      'enable',
      off,
      () => {
        stop.abort();
        return [shop('a', { status: status(READY) }), shop('b')];
      },
      stop,
    );
    expect(said.slice(2)).toEqual([
      'Connection acme/a: runs, and is Ready',
      'Connection acme/b: no longer waited for: waits for the operator',
      'the wait was ended; what was asked goes on by itself',
      '1 enabled, 1 not well:',
      '  Connection acme/b: no longer waited for: waits for the operator',
    ]);
    expect([code, seconds < 2]).toEqual([130, true]);
  });

  it('of disable ends when there is no pod any more', async () => {
    const off = (reason: string, message: string) =>
      shop('a', {
        spec: { enabled: false },
        status: status(['Suspended', 'True', 'Inactive'], ['Deployed', 'False', reason, message]),
      });
    const { code, said, told } = await waiting('disable', [shop('a')], (lists) => [
      lists > 3 ? off('Inactive', 'nothing is left') : off('Stopping', 'no pod runs for long any more'),
    ]);
    expect([code, said.at(-1), told]).toEqual([
      0,
      'Connection acme/a: rests: no pod runs',
      ['Connection acme/a: Stopping: no pod runs for long any more'],
    ]);
    const up = await waiting('disable', [shop('a')], () => [off('Stopping', 'it finishes')], { local: true });
    expect([up.code, up.said.at(-1)]).toEqual([0, 'Connection acme/a: rests']);
    const again = await waiting('disable', [shop('a')], () => [shop('a', { spec: { enabled: true } })]);
    expect([again.code, again.said.at(-1)]).toEqual([4, 'Connection acme/a: was switched on again']);
  });

  it('of suspend and resume ends when the operator has seen it, or says why it does not run all the same', async () => {
    const rests: Said = ['Suspended', 'True', 'Suspended'];
    const suspended = await waiting('suspend', [feed('a')], (lists) => [
      feed('a', { suspend: true }, { status: lists > 2 ? status(rests) : status(READY) }),
    ]);
    expect([suspended.code, suspended.said.at(-1)]).toEqual([0, 'Feed acme/a: rests: no scheduled runs']);
    const resume = (said: Said[], spec: object = { suspend: false }) =>
      waiting('resume', [feed('a', { suspend: true })], () => [feed('a', spec, { status: status(...said) })]);
    expect((await resume([READY])).said.at(-1)).toBe('Feed acme/a: its schedule is in force again');
    for (const [said, words] of [
      [[['Suspended', 'True', 'ConnectionInactive', 'off']], 'resumed, and does not run: ConnectionInactive: off'],
      [
        [
          ['Stalled', 'True', 'X'],
          ['Ready', 'False', 'FeedTypeTaken', 'no'],
        ],
        'does not run: FeedTypeTaken: no',
      ],
    ] as [Said[], string][]) {
      const { code, said: lines } = await resume(said);
      expect([code, lines.at(-1)]).toEqual([4, `Feed acme/a: ${words}`]);
    }
    expect((await resume([READY], { suspend: true })).said.at(-1)).toBe('Feed acme/a: was suspended again');
    const late = await resume([rests]);
    expect([late.code, late.said.at(-1)]).toEqual([4, 'Feed acme/a: not within 10 s: waits for the operator']);
  });

  it('outlives an API server that does not answer for a while, and not one that refuses', async () => {
    const failing = (reason: 'Unavailable' | 'Forbidden') =>
      waiting('enable', [shop('a')], (lists) => {
        if (lists === 2) throw new ApiError(reason, reason === 'Forbidden' ? 403 : 503, 'no');
        return [shop('a', { status: status(READY) })];
      });
    expect((await failing('Unavailable')).code).toBe(0);
    await expect(failing('Forbidden')).rejects.toThrow('no');
  });

  it('takes a number of seconds, and nothing else', () => {
    expect(timeoutOf('120')).toBe(120_000);
    for (const text of ['abc', '0', '-1', '1.5', '']) expect(() => timeoutOf(text)).toThrow(/--timeout is a number/);
  });

  it('of a request is left out by --no-wait', async () => {
    const { target, written } = fakeTarget({ resources: [shop('a'), shop('b')] });
    const doors = quickDoors();
    expect(await request(target, { verb: 'sync', names: [], all: true, wait: false }, PATIENCE, doors)).toBe(0);
    expect(written).toHaveLength(2);
    expect([doors.said, doors.clock.now().getTime()]).toEqual([
      ['Connection acme/a: asked for', 'Connection acme/b: asked for', '2 asked for'],
      0,
    ]);
  });
});
