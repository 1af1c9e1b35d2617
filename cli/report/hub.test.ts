import { afterEach, expect, it, jest } from '@jest/globals';
import { fakeTarget } from '../../test/support/fake-target.ts';
import type { Viewed } from '../status-view.ts';
import { reportHub } from './hub.ts';
import { Sink } from './sink.ts';

const shop: Viewed = { kind: 'Connection', metadata: { namespace: 'acme', name: 'shop' }, spec: {} };
const SUBJECT = { namespace: 'acme', connection: { kind: 'Connection', name: 'shop', resource: shop } } as const;
const at = '2026-11-27T12:00:00Z';
const GROUP = {
  ...{ reason: 'UnknownSku', severity: 'Error', count: 3, newest: at, remedy: 'Add the product, or an alias.' },
  sample: {
    store: 'acme/main',
    connection: 'acme/shop',
    record: '1',
    number: 'Canary',
    message: 'Canary Ada wants it',
  },
  payload: 'Canary Ada',
};
const RUN = {
  ...{ id: '7b0c9a52-31f0-4f6e-9a3e-0c4b54f8a1de', store: 'acme/main', connection: 'acme/shop', feed: 'orders' },
  ...{ feedType: 'OrderImport', trigger: 'Schedule', dryRun: false, result: 'Partial', startedAt: at },
  ...{ finishedAt: null, read: 3, changed: 2, problems: 1, message: 'canary.ada@buyers.example is odd' },
  ...{ goesOnAt: null, repeats: 0, repeatsSince: null },
};

afterEach(() => void jest.restoreAllMocks());

/** Files and gaps of what a hub that answers so is asked, and what it was asked. */
async function asked(answer: (path: string) => Response) {
  const calls: string[] = [];
  jest.spyOn(globalThis, 'fetch').mockImplementation(async (url, init) => {
    const path = (url as string).replace(/.*\/api\/v1/, '');
    calls.push(`${init?.method} ${path}`);
    return answer(path);
  });
  const files = new Map<string, string>();
  const sink = new Sink({
    add: async (path, text) => void files.set(path, text),
    finish: async () => undefined,
    discard: async () => undefined,
  });
  const { target } = fakeTarget({ resources: [] });
  await reportHub({ ...target, hub: async () => ({ url: 'http://hub', key: 'k' }) }, SUBJECT, [], true, sink);
  return { calls, files, gaps: sink.gaps };
}

it('with a key has problems by reason without any record or payload, and the runs of the connection', async () => {
  const { calls, files, gaps } = await asked((path) =>
    Response.json({ items: [path.startsWith('/runs') ? RUN : GROUP], nextCursor: null }),
  );
  expect(calls).toEqual(['GET /problems?group=reason', 'GET /runs?connection=acme%2Fshop&limit=500']);
  const { sample: _, payload: __, ...kept } = GROUP;
  expect(JSON.parse(files.get('hub/problems.json')!)).toEqual([kept]);
  expect(JSON.parse(files.get('hub/runs.json')!)).toMatchObject([
    { id: RUN.id, read: 3, message: '[mail address] is odd' },
  ]);
  expect([...files.values()].join()).not.toMatch(/canary/i);
  expect(gaps).toEqual([]);
});

it('a hub that refuses the key, or answers otherwise than expected, leaves a line for each, and what it said', async () => {
  const refused = await asked(() => Response.json({ detail: 'the key is not known' }, { status: 401 }));
  expect(refused.gaps).toEqual([
    { what: 'problems by reason', why: 'the hub answered 401: the key is not known' },
    { what: 'runs', why: 'the hub answered 401: the key is not known' },
  ]);
  const odd = await asked(() => Response.json({ items: [{}], nextCursor: null }));
  expect(odd.gaps.map(({ why }) => why)).toEqual([
    expect.stringContaining('use a CLI and a hub of one release'),
    expect.stringContaining('use a CLI and a hub of one release'),
  ]);
});
