import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { showDiff } from '../../cli/commands/diff.ts';
import { goLive } from '../../cli/commands/go-live.ts';
import { showErrors, type ErrorsOptions } from '../../cli/commands/errors.ts';
import { showOrder } from '../../cli/commands/order.ts';
import { replay } from '../../cli/commands/replay.ts';
import { startControl } from '../../cli/local/control.ts';
import { LocalWorld } from '../../cli/local/world.ts';
import type { Target } from '../../cli/target.ts';
import { fakeTarget, quickDoors } from '../support/fake-target.ts';
import { ownDatabase } from '../support/postgres.ts';
import { HubRig, type TestPod, type TestStore } from '../support/hub-rig.ts';
import { level, line, order, product } from '../support/memory-store.ts';

jest.setTimeout(60_000);

let rig: HubRig;
let store: TestStore;
let pod: TestPod;
let folder: string;
let control: { close(): Promise<void> };

beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase());
  folder = await mkdtemp(join(tmpdir(), 'supercargo-cli-'));
  store = await rig.store({ shippingMethods: { standard: 'STD' } });
  pod = await store.connect('shop', { mode: 'Test' });
  await pod.send(
    'ProductImport',
    [product('p', ['A'])],
    [{ severity: 'Error', reason: 'PoisonedRecord', record: 'p9', message: 'product p9: no', payload: '{"id":"p9"}' }],
  );
  await pod.send('StockImport', [level('A', 5)]);
  await pod.send('OrderImport', [
    order('1'),
    order('2', { lines: [line('1', 'NOPE', 1)] }),
    order('3', { lines: [line('1', 'OLD', 1)] }),
  ]);
  await store.api('POST', '/stock', { levels: [{ sku: 'A', quantity: 0 }] });
  control = await startControl({
    world: new LocalWorld(join(folder, 'resources.json'), () => new Date()),
    stateDir: folder,
    hubUrl: rig.hub.url,
    keys: new Map([[`test/${store.name}`, store.key]]),
  });
  await writeFile(
    join(folder, 'kubeconfig'),
    'apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{ name: c, cluster: { server: "https://127.0.0.1:9" } }]\nusers: [{ name: c, user: {} }]\ncontexts: [{ name: c, context: { cluster: c, user: c } }]\n',
  );
});
afterAll(async () => {
  await control.close();
  await rig.stop();
  await rm(folder, { recursive: true, force: true });
});

async function run(
  arguments_: string[],
  env: Record<string, string>,
): Promise<{ code: number; out: string; err: string }> {
  const done = promisify(execFile)(process.execPath, ['cli/main.ts', ...arguments_], {
    env: { PATH: process.env['PATH'], HOME: folder, ...env },
  });
  return done.then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      out: error.stdout,
      err: error.stderr,
    }),
  );
}

/** Against a running `up` by its state folder, and against a cluster by the hub's URL. */
const against: Record<string, () => Record<string, string>> = {
  'a local up': () => ({ SUPERCARGO_STATE: folder }),
  'a cluster': () => ({
    SUPERCARGO_STATE: join(folder, 'none'),
    KUBECONFIG: join(folder, 'kubeconfig'),
    SUPERCARGO_HUB_URL: rig.hub.url,
    SUPERCARGO_API_KEY: store.key,
  }),
};

describe.each(Object.keys(against))('the program against %s', (where) => {
  it('prints what the hub has, and fails with the reason in one line', async () => {
    const errors = await run(['errors', '-o', 'json'], against[where]!());
    expect(errors.err).toBe('');
    expect(JSON.parse(errors.out)).toMatchObject([
      { reason: 'UnknownSku', count: 2 },
      { reason: 'PoisonedRecord', count: 1 },
    ]);
    expect(await run(['diff', 'nothing'], against[where]!())).toMatchObject({
      code: 3,
      out: '',
      err: expect.stringMatching(/^supercargo: connection nothing has not reached the hub, .*\n$/),
    });
  });
});

const target = (): Target =>
  ({ description: 'test', hub: async () => ({ url: rig.hub.url, key: store.key }) }) as unknown as Target;

async function said(command: (say: (line: string) => void) => Promise<unknown>): Promise<string> {
  const lines: string[] = [];
  await command((text) => lines.push(text));
  return lines.join('\n');
}

describe('the command', () => {
  const errors = (options: ErrorsOptions) => said((say) => showErrors(target(), options, new Date(), say));

  it('errors shows problems by reason with what to do, the records of one, and what the shop gave', async () => {
    expect(await errors({})).toMatch(
      /^REASON +SEVERITY +COUNT +NEWEST +REMEDY\nUnknownSku +Error +2 +\d+\w +add the product at the shop/,
    );
    expect(await errors({ reason: 'UnknownSku' })).toMatch(/OrderImport +2 +\d+\w +1 +order 2: SKU "NOPE"/);
    expect(await errors({ payload: 'p9' })).toContain('{"id":"p9"}');
    expect(JSON.parse(await errors({ payload: 'p9', output: 'json' }))).toMatchObject([
      { reason: 'PoisonedRecord', payload: '{"id":"p9"}' },
    ]);
    await expect(errors({ payload: 'nothing' })).rejects.toThrow('no open problem is about "nothing"');
    await expect(errors({ payload: '2' })).rejects.toThrow('nothing was kept of "2"');
  });

  it('diff shows what going live would do', async () => {
    const out = await said((say) => showDiff(target(), { connection: `${store.name}-shop` }, say));
    expect(out).toContain(`${pod.connection} (mode Test)\n  stock: 1 level would be set, 1 of them to zero`);
    expect(out).toMatch(/A +main +5 +0 +-5/);
    expect(out).toContain('1: Accepted, shipping standard -> STD\n      2 x A');
    expect(out).toContain('in the way: 2 x UnknownSku');
  });

  it('go-live finds in the hub what Test mode kept back and what is in its way', async () => {
    const [namespace, name] = pod.connection.split('/') as [string, string];
    const spec = { driver: 'memory', storeRef: { name: store.name }, mode: 'Test' };
    const { target: cluster, written } = fakeTarget({
      resources: [{ kind: 'Connection', metadata: { namespace, name }, spec }],
    });
    const doors = quickDoors();
    const options = { connection: name, namespace, accept: '', dryRun: true, yes: false, wait: false };
    const withHub = { ...cluster, hub: () => target().hub({}) };
    expect(await goLive(withHub, options, { timeoutMs: 1000 }, { ...doors, ask: undefined })).toBe('refused');
    const out = doors.said.join('\n');
    expect(out).toMatch(
      /look +kept back +sent when it goes live: 1 stock level, 1 of them to zero .*: A from 5 to 0\)/,
    );
    expect(out).toMatch(/STOP +open problems +2 x UnknownSku \(order .*\); 1 x PoisonedRecord \(product p9: no\)/);
    expect(out).toMatch(/ok +parcels +none waits/);
    expect(out).not.toContain('not known');
    expect(written).toEqual([]);
  });

  it('order tells the life line with why it was rejected', async () => {
    expect(await said((say) => showOrder(target(), '2', {}, say))).toMatch(
      /order 2 .*: Rejected, Open\n[^]*rejected {2}\(SKU "NOPE"/,
    );
  });

  it('replay says how many in a dry run, and then takes what can be taken', async () => {
    const again = (reason: string, dryRun: boolean) => said((say) => replay(target(), { reason, dryRun }, say));
    await rig.db.query(
      `INSERT INTO sku_aliases (store_id, alias, sku) SELECT id, 'OLD', 'A' FROM stores WHERE name = $1`,
      [store.name],
    );
    expect(await again('UnknownSku', true)).toBe(
      '2 have the reason UnknownSku; 1 would be taken or queued again, 1 would stay as they are (dry run: nothing was done)',
    );
    expect(await again('UnknownSku', false)).toBe(
      '2 had the reason UnknownSku; 1 were taken or queued again, 1 stay as they are',
    );
    expect(await again('Nothing', false)).toContain('nothing that can be replayed');
  });
});
