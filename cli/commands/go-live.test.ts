import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Report } from '../../model/rest/go-live.ts';
import { fakeTarget, quickClock } from '../../test/support/fake-target.ts';
import { ApiError } from '../../kit/kube/errors.ts';
import type { Viewed } from '../status-view.ts';
import type { Target } from '../target.ts';
import { goLive, type GoLiveOptions } from './go-live.ts';

type Said = Partial<Record<string, readonly ['True' | 'False' | 'Unknown', string, string?]>>;

const WELL: Said = {
  Licensed: ['True', 'Seated'],
  CredentialValid: ['True', 'Accepted'],
  Reachable: ['True', 'Reachable'],
  Synced: ['True', 'Synced'],
  Ready: ['True', 'Running', '3 feeds are up to date'],
};
const conditions = (said: Said, observedGeneration = 2) =>
  Object.entries({ ...WELL, ...said }).flatMap(([type, one]) =>
    one
      ? [{ type, status: one[0], reason: one[1], message: one[2] ?? '', lastTransitionTime: '', observedGeneration }]
      : [],
  );
interface Shape {
  readonly said?: Said;
  readonly spec?: object;
  readonly status?: object;
  readonly metadata?: object;
  readonly kind?: string;
}
const shop = ({ said = {}, spec, status, metadata, kind = 'Connection' }: Shape = {}): Viewed => ({
  kind,
  metadata: { namespace: 'acme', name: 'shop', uid: 'u1', generation: 2, ...metadata },
  spec: { driver: 'shopify', storeRef: { name: 'main' }, mode: 'Test', ...spec },
  status: { conditions: conditions(said), shop: { id: '7', name: 'Ada & Co' }, effective: { mode: 'Test' }, ...status },
});
const feed = (name: string, type: string, spec: object = {}): Viewed => ({
  kind: 'Feed',
  metadata: { namespace: 'acme', name },
  spec: { type, connectionRef: { name: 'shop' }, ...spec },
});
const FEEDS = [feed('orders', 'OrderImport'), feed('stock', 'StockExport')];

const NOTHING: Report = {
  ...{ store: 'acme/main', connection: 'acme/shop', mode: 'Test' },
  stock: { changes: 0, toZero: 0, biggest: [] },
  prices: { changes: 0, biggest: [] },
  locations: { unknown: [], known: [{ id: '1', name: 'Main' }] },
  ...{ shipments: 0, orders: [], problems: [], brakes: [] },
};

let asked: string[];
let report: Partial<Report> | 'silent' | 'several';
beforeEach(() => {
  asked = [];
  report = {};
  jest.spyOn(globalThis, 'fetch').mockImplementation(async (url) => {
    asked.push((url as string).replace(/.*\/api\/v1/, ''));
    if (report === 'silent') return Response.json({ items: [] });
    if (report === 'several') return Response.json({ items: [NOTHING, NOTHING] });
    return Response.json({ items: [{ ...NOTHING, ...report }] });
  });
});
afterEach(() => void jest.restoreAllMocks());

interface Way {
  readonly options?: Partial<GoLiveOptions>;
  readonly answer?: string;
  readonly change?: (target: Target) => Target;
  readonly onList?: (kind: string, lists: number) => void;
  readonly signal?: AbortSignal;
}

async function go(resources: Viewed[], { options, answer, change, onList, signal }: Way = {}) {
  const { target, written } = fakeTarget({ resources, onList });
  const said: string[] = [];
  const told: string[] = [];
  const questions: string[] = [];
  const withHub = { ...target, hub: async () => ({ url: 'http://hub', key: 'k' }) };
  const ask = async (question: string) => {
    questions.push(question);
    return answer!;
  };
  const clock = quickClock();
  const end: unknown = await goLive(
    change?.(withHub) ?? withHub,
    { connection: 'shop', accept: '', dryRun: false, yes: true, wait: false, ...options },
    { timeoutMs: 60_000, signal },
    { clock, say: (line) => said.push(line), tell: (line) => told.push(line), ask: answer ? ask : undefined },
  ).catch((error: unknown) => String(error));
  return { end, written, said, told, questions, text: said.join('\n'), seconds: clock.now().getTime() / 1000 };
}

const CHANGED = 'mode=Production acme/shop u1 2';

describe('supercargo go-live', () => {
  it('says what it looked at, and takes exactly what it looked at live', async () => {
    const { end, written, text } = await go([shop(), ...FEEDS]);
    expect([end, written]).toEqual(['well', [CHANGED]]);
    for (const line of [
      /^Connection acme\/shop from Test mode to live:/,
      /^ {2}ok +shop +Ada & Co \(id 7\), answers$/m,
      /^ {2}ok +first imports +each feed has run through once$/m,
      /^ {2}ok +feeds that write +stock$/m,
      /^ {2}ok +locations +each warehouse fills one that the shop has$/m,
      /^ {2}ok +parcels +none waits$/m,
      /^ {2}ok +Ready +3 feeds are up to date$/m,
    ])
      expect(text).toMatch(line);
    expect(asked).toEqual(['/go-live?connection=acme%2Fshop']);
  });

  it.each<[string, Shape, RegExp]>([
    ['is switched off', { spec: { enabled: false } }, /switch it on first.*supercargo enable shop -n acme$/],
    ['is being deleted', { metadata: { deletionTimestamp: '2026-11-27T00:00:00Z' } }, /create it anew$/],
    [
      'has no licence, and does not run for it',
      { said: { Licensed: ['False', 'SeatsExhausted'], Ready: ['False', 'SeatsExhausted'] } },
      /supercargo licenses$/,
    ],
    [
      'has a key that is refused',
      { said: { CredentialValid: ['False', 'KeyRefused', 'no'] } },
      /supercargo describe shop/,
    ],
    ['does not reach its shop', { said: { Reachable: ['False', 'Timeout', 'no'] } }, /supercargo test shop -n acme$/],
    ['has not imported all once', { said: { Synced: ['False', 'InitialSync', '1 of 3'] } }, /wait until they are done/],
    ['is not Ready', { said: { Ready: ['False', 'FeedStalled', 'Feed stock'] } }, /supercargo describe shop -n acme/],
    ['was edited and not looked at yet', { metadata: { generation: 3 } }, /try again in a moment/],
  ])('changes nothing where it %s, and names the one thing to do', async (_, shape, next) => {
    const { end, written, said } = await go([shop(shape), ...FEEDS], {
      options: { accept: 'problems,parcels,brakes,unseen,git' },
    });
    expect([end, written]).toEqual(['refused', []]);
    expect(said.at(-1)).toMatch(/^it stays in Test mode: .*in the way\. Do this/);
    expect(said.at(-1)).toMatch(next);
    expect(said.join('\n')).toMatch(/^ {2}STOP /m);
  });

  it('tells of a warehouse whose levels would wait for ever, and which locations the shop has', async () => {
    report = {
      locations: {
        unknown: [{ warehouse: 'berlin', location: 'gid://9' }],
        known: [
          { id: '1', name: 'Main' },
          { id: '2', name: null },
        ],
      },
    };
    const { end, text } = await go([shop(), ...FEEDS]);
    expect(end).toBe('well');
    expect(text).toMatch(
      /^ {2}look +locations +no shop.*its levels wait: berlin fills "gid:\/\/9"\. The shop has "1" \(Main\), "2": put one into spec\.warehouses/m,
    );
    report = { locations: { unknown: [], known: [] } };
    expect((await go([shop(), ...FEEDS])).text).not.toContain('locations');
  });

  it('does not stop for what no License requires, what runs on in its grace, and a key that ends soon; it tells', async () => {
    for (const shape of [
      { said: { Licensed: ['False', 'NotAssigned', 'no seat'] } },
      { said: { Licensed: ['True', 'GracePeriod', 'renew'] } },
      { said: { Licensed: ['False', 'Expired'], Ready: ['True', 'Expired'] }, status: { licenseGraceUntil: '2027' } },
      { said: { CredentialValid: ['True', 'ExpiresSoon', 'renew it'] } },
    ] as Shape[]) {
      const { end, text } = await go([shop(shape), ...FEEDS]);
      expect(end).toBe('well');
      expect(text).toMatch(/^ {2}look +(licence|credential)/m);
    }
  });

  it('tells of feeds that write: where there are none, and which are suspended', async () => {
    expect((await go([shop(), FEEDS[0]!])).text).toMatch(/look +feeds that write +none: nothing is sent/);
    const resting = [shop(), feed('stock', 'StockExport', { suspend: true })];
    expect((await go(resting)).text).toMatch(/look +feeds that write +stock; suspended, and sends nothing: stock/);
  });
});

describe('what Test mode kept back', () => {
  it('is summed up, and sent', async () => {
    report = {
      stock: {
        ...{ changes: 12, toZero: 1 },
        biggest: [{ sku: 'A', location: 'main', before: 40, after: 0, change: -40 }],
      },
      prices: { changes: 1, biggest: [] },
    };
    const { end, text } = await go([shop(), ...FEEDS]);
    expect(end).toBe('well');
    expect(text).toContain(
      '12 stock levels, 1 of them to zero (the biggest change: A from 40 to 0); 1 price. All of it: supercargo diff shop -n acme',
    );
  });

  it.each<[string, Partial<Report> | 'silent' | 'several', RegExp]>([
    ['parcels', { shipments: 2 }, /2 parcels reported in Test mode would be told to the shop/],
    ['problems', { problems: [{ reason: 'UnknownSku', count: 3, sample: 'order 2' }] }, /3 x UnknownSku \(order 2\)/],
    ['brakes', { brakes: [{ feed: 'StockExport', digest: 'd', summary: '9 of 9 to zero' }] }, /would hold StockExport/],
    ['unseen', 'silent', /not known: the connection has not reached the hub yet/],
    ['unseen', 'several', /a Connection and a ClusterConnection/],
  ])('stops for %s until a person accepts exactly that', async (key, said, found) => {
    report = said;
    const refused = await go([shop(), ...FEEDS], { options: { accept: key === 'brakes' ? 'git' : 'brakes' } });
    expect([refused.end, refused.written]).toEqual(['refused', []]);
    expect(refused.text).toMatch(found);
    expect(refused.said.at(-1)).toMatch(new RegExp(`^or go live all the same with --accept ${key}: .`));
    const taken = await go([shop(), ...FEEDS], { options: { accept: key } });
    expect([taken.end, taken.written]).toEqual(['well', [CHANGED]]);
    expect(taken.text).toMatch(/^ {2}taken /m);
  });

  it('is not known where the hub may not be asked: that is told, and nothing is sent unseen', async () => {
    const change = (target: Target): Target => ({
      ...target,
      hub: async () => {
        throw new ApiError('Forbidden', 403, 'you may not read that Secret');
      },
    });
    const { end, written, text } = await go([shop(), ...FEEDS], { change });
    expect([end, written]).toEqual(['refused', []]);
    expect(text).toContain('not known: you may not read that Secret');
  });

  it('offers nothing to accept where something else must be put right, too', async () => {
    report = { shipments: 1 };
    const { text } = await go([shop({ said: { Ready: ['False', 'FeedStalled'] } }), ...FEEDS]);
    expect(text).toContain('2 things are in the way');
    expect(text).not.toContain('--accept');
  });
});

describe('whose manifest it is', () => {
  const owner = (manager: string, mode: boolean, more: object = {}) => ({
    metadata: {
      managedFields: [
        { manager: 'supercargo-operator', operation: 'Apply', subresource: 'status', fieldsV1: { 'f:spec': {} } },
        { manager, operation: 'Apply', fieldsV1: { 'f:spec': { 'f:driver': {}, ...(mode ? { 'f:mode': {} } : {}) } } },
      ],
      ...more,
    },
  });

  it.each<[string, object, string]>([
    [
      'argocd-controller',
      { annotations: { 'argocd.argoproj.io/tracking-id': 'shops:supercargo.dev/Connection:acme/shop' } },
      'Argo CD (Application shops)',
    ],
    [
      'kustomize-controller',
      {
        labels: { 'kustomize.toolkit.fluxcd.io/name': 'shops', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' },
      },
      'Flux (Kustomization flux-system/shops)',
    ],
    ['helm-controller', {}, 'Flux'],
  ])(
    'where %s writes spec.mode, says that it would be put back, and what to write in Git',
    async (manager, more, name) => {
      const found = [shop(owner(manager, true, more)), ...FEEDS];
      const { end, written, text } = await go(found);
      expect([end, written]).toEqual(['refused', []]);
      expect(text).toContain(`${name}, spec.mode too: it would put it back to Test`);
      expect(text).toContain('write "mode: Production" under spec of Connection acme/shop in Git');
      expect((await go(found, { options: { accept: 'git' } })).written).toEqual([CHANGED]);
    },
  );

  it('where Git says nothing of spec.mode, or a person applies the manifest, tells it and goes on', async () => {
    const quiet = await go([shop(owner('argocd-controller', false)), ...FEEDS]);
    expect(quiet.end).toBe('well');
    expect(quiet.text).toContain('Argo CD: it says nothing of spec.mode and leaves it as it is');
    const byHand = await go([shop(owner('kubectl', true)), ...FEEDS]);
    expect(byHand.end).toBe('well');
    expect(byHand.text).toContain('kubectl apply: the next time puts it back');
    expect((await go([shop(owner('kubectl-edit', true)), ...FEEDS])).text).not.toContain('written by');
    const both = [
      ...owner('argocd-controller', false).metadata.managedFields,
      ...owner('helm', true).metadata.managedFields,
    ];
    expect((await go([shop({ metadata: { managedFields: both } }), ...FEEDS])).text).toContain('Helm: the next time');
  });
});

describe('before anything is changed', () => {
  it('a person is asked, and nothing but "yes" is yes', async () => {
    const no = await go([shop(), ...FEEDS], { options: { yes: false }, answer: 'y' });
    expect([no.end, no.written]).toEqual(['Error: nothing was changed', []]);
    expect(no.questions).toEqual(['take Connection acme/shop live? Type "yes": ']);
    expect((await go([shop(), ...FEEDS], { options: { yes: false }, answer: 'yes' })).written).toEqual([CHANGED]);
    const nobody = await go([shop(), ...FEEDS], { options: { yes: false } });
    expect([nobody.end, nobody.written]).toEqual([expect.stringContaining('give --yes'), []]);
  });

  it('--dry-run gives the checklist alone, and is not well where something is in the way', async () => {
    const well = await go([shop(), ...FEEDS], { options: { dryRun: true } });
    expect([well.end, well.written]).toEqual(['well', []]);
    report = { shipments: 1 };
    const refused = await go([shop(), ...FEEDS], { options: { dryRun: true } });
    expect([refused.end, refused.written]).toEqual(['refused', []]);
  });

  it('a change of somebody else since it was looked at ends it', async () => {
    const change = (target: Target): Target => ({
      ...target,
      cluster: {
        ...target.cluster!,
        goLive: async () => {
          throw new ApiError('Invalid', 422, 'the test did not pass');
        },
      },
    });
    expect((await go([shop(), ...FEEDS], { change })).end).toMatch(
      /nothing was changed: .* by somebody else meanwhile/,
    );
  });

  it('--accept takes what there is to accept, and nothing else', async () => {
    const { end, written } = await go([shop(), ...FEEDS], { options: { accept: 'problems,ready' } });
    expect([end, written]).toEqual([expect.stringMatching(/--accept takes problems, .*not "ready"/), []]);
  });

  it('a running "up" says where to write it', async () => {
    const change = (target: Target): Target => ({ ...target, cluster: undefined });
    const { end, text } = await go([shop(), ...FEEDS], { change });
    expect(end).toMatch(/Write "mode: Production" under spec of Connection acme\/shop, and it is live at once/);
    expect(text).toContain('from Test mode to live:');
  });
});

describe('a ClusterConnection', () => {
  it('goes live by its name, with the feeds and the Store of the namespace that it names', async () => {
    const wide = shop({ kind: 'ClusterConnection', metadata: { namespace: undefined }, spec: { namespace: 'acme' } });
    const own = feed('wide', 'PriceExport', { connectionRef: { kind: 'ClusterConnection', name: 'shop' } });
    const { end, written, text } = await go([shop({ spec: { mode: 'Production' } }), wide, own, ...FEEDS], {
      options: { connection: 'clusterconnection/shop' },
    });
    expect([end, written]).toEqual(['well', ['mode=Production /shop u1 2']]);
    expect(text).toMatch(/ok +feeds that write +wide$/m);
    expect(asked).toEqual(['/go-live?connection=acme%2Fshop']);
  });
});

describe('--wait', () => {
  const live = (shape: Shape = {}) =>
    shop({ ...shape, spec: { mode: 'Production', ...shape.spec }, status: { effective: { mode: 'Production' } } });
  const later = (resources: Viewed[], ...steps: Viewed[]) => ({
    onList: (kind: string) => {
      // The first look is before the change.
      if (kind === 'Connection' && resources[0] !== steps[0])
        resources[0] = steps.length > 1 ? steps.shift()! : steps[0]!;
    },
  });

  it('ends when the pod has said of the new spec that it reaches the shop', async () => {
    const resources = [shop(), ...FEEDS];
    const notYet = { ...live(), metadata: { ...live().metadata, generation: 3 } };
    const steps = [shop(), shop({ spec: { mode: 'Production' } }), notYet, { ...notYet }, live()];
    const { end, told, said } = await go(resources, { options: { wait: true }, ...later(resources, ...steps) });
    expect(end).toBe('well');
    expect(told).toEqual([
      'Connection acme/shop: waits for the operator',
      'Connection acme/shop: waits for its pod to take the new mode',
    ]);
    expect(said.at(-1)).toBe('Connection acme/shop: runs live');
  });

  it.each<[string, Viewed, RegExp]>([
    ['is put back', shop(), /put back to Test/],
    ['is switched off', live({ said: { Suspended: ['True', 'Inactive', 'off'] } }), /does not run live: Inactive: off/],
  ])('ends at once where it %s', async (_, found, words) => {
    const resources = [shop(), ...FEEDS];
    const { end, said, seconds } = await go(resources, { options: { wait: true }, ...later(resources, shop(), found) });
    expect([end, said.at(-1)]).toEqual(['notLiveYet', expect.stringMatching(words)]);
    expect(seconds).toBeLessThan(3);
  });

  it('says what it waited for when the time is over, and that a wait which is ended ends nothing else', async () => {
    const resources = [live({ said: { Reachable: ['False', 'Timeout', 'no answer'] } })];
    const late = await go(resources, { options: { wait: true } });
    expect([late.end, late.said.at(-1)]).toEqual([
      'notLiveYet',
      'Connection acme/shop: not within 60 s: Timeout: no answer',
    ]);
    const ended = await go(resources, { options: { wait: true }, signal: AbortSignal.abort() });
    expect([ended.end, ended.said.at(-1)]).toEqual([
      'interrupted',
      'the wait was ended; what was asked goes on by itself',
    ]);
  });

  it('does not come after a dry run', async () => {
    const { said } = await go([live()], { options: { wait: true, dryRun: true } });
    expect(said).toEqual(['Connection acme/shop is live already: spec.mode is Production']);
  });

  it('works for one that is live already, as after a change in Git', async () => {
    const { end, written, said } = await go([live()], { options: { wait: true } });
    expect([end, written]).toEqual(['well', []]);
    expect(said).toEqual([
      'Connection acme/shop is live already: spec.mode is Production',
      'Connection acme/shop: runs live',
    ]);
  });
});
