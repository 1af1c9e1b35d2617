import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startUp, type Up } from '../../cli/local/up.ts';
import { LocalWorld } from '../../cli/local/world.ts';
import { API_VERSION, type Resource } from '../../crds/index.ts';
import { systemClock } from '../../kit/clock.ts';
import { createLogger } from '../../kit/log.ts';
import { serveStore, type StoreServer } from '../../simulator/server.ts';
import { SimulatedShop } from '../../simulator/simulated-shop.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

jest.setTimeout(60_000);

let postgres: TestPostgres;
let folder: string;
let world: LocalWorld;
let up: Up;
let shop: StoreServer;
let calls = 0;

beforeAll(async () => {
  postgres = await startPostgres();
  folder = await mkdtemp(join(tmpdir(), 'supercargo-up-'));
  const store = new SimulatedShop({ clock: systemClock, products: 5, orders: 5, apiKey: 'good' });
  const handle = store.handle.bind(store);
  store.handle = (request) => {
    calls++;
    return handle(request);
  };
  shop = await serveStore(store, { host: '127.0.0.1', port: 0, clock: systemClock });
  world = new LocalWorld(join(folder, 'resources.json'), () => new Date());
  apply('wrong', { credential: false });
  up = await startUp({
    world,
    stateDir: folder,
    databaseUrl: await postgres.createDatabase('up'),
    hubPort: 0,
    version: 'test',
    log: createLogger('up', process.env['TEST_LOG'] ?? 'silent'),
    signal: new AbortController().signal,
    onEvent: () => undefined,
    onRestored: () => undefined,
  });
});
afterAll(async () => {
  await up?.stop();
  await shop?.close();
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Series of a metric at the hub's address, once each family is there once. */
async function served(name: string): Promise<string[]> {
  const lines = (await (await fetch(`${up.hubUrl}/metrics`)).text()).split('\n');
  const families = lines.filter((line) => line.startsWith('# TYPE ')).map((line) => line.split(' ')[2]);
  expect(families.filter((one, at) => families.indexOf(one) !== at)).toEqual([]);
  return lines.filter((line) => line.startsWith(`${name}{`));
}

/** Until a metric has so many series: figures are gathered every few seconds. */
async function servedOnce(name: string, series: number): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (; (await served(name)).length !== series; await new Promise((resolve) => setTimeout(resolve, 200)))
    if (Date.now() > deadline) throw new Error(`never ${series} series of ${name}`);
}

it('a start that fails says why, and ends: nothing that it has opened keeps the process', async () => {
  const taken = new URL(up.hubUrl).port;
  const args = ['cli/main.ts', 'up', '-f', 'examples/simulate', '--hub-port', taken, '--state', join(folder, 'second')];
  const child = spawn(process.execPath, [...args, '--database-url', await postgres.createDatabase('second')]);
  let said = '';
  child.stderr.on('data', (text: Buffer) => void (said += text.toString()));
  const patience = setTimeout(() => child.kill('SIGKILL'), 45_000);
  const [code, killedBy] = (await once(child, 'close')) as [number | null, string | null];
  clearTimeout(patience);
  expect([code, killedBy, said.split('\n').at(-2)]).toEqual([
    1,
    null,
    `supercargo: port ${taken} of 127.0.0.1 is taken by another program: name another with --hub-port, or 0 for a free one`,
  ]);
});

const resource = (kind: string, name: string, spec: Record<string, unknown>): Resource => ({
  apiVersion: API_VERSION,
  kind,
  metadata: { name, namespace: 'acme' },
  spec,
});

interface Manifest {
  readonly credential?: boolean;
  readonly secretName?: string;
  readonly settings?: Record<string, unknown>;
}

function apply(apiKey: string, { credential = true, secretName = 'one', settings = {} }: Manifest = {}): void {
  world.apply({
    faults: [],
    secrets: [
      { namespace: 'acme', name: 'one', data: { apiKey } },
      { namespace: 'acme', name: 'two', data: { apiKey: 'good' } },
    ],
    resources: [
      resource('Store', 'main', {}),
      ...(credential ? [resource('Credential', 'key', { driver: 'generic', secretRef: { name: secretName } })] : []),
      resource('Connection', 'shop', {
        storeRef: { name: 'main' },
        driver: 'generic',
        credentialRef: { name: 'key' },
        settings: { url: shop.url, ...settings },
      }),
      resource('Feed', 'orders', { connectionRef: { name: 'shop' }, type: 'OrderImport' }),
      resource('Feed', 'products', { connectionRef: { name: 'shop' }, type: 'ProductImport' }),
    ],
  });
}

const conditionOf = (kind: string, name: string) =>
  world.get(kind, 'acme', name)?.status?.conditions?.find(({ type }) => type === 'Ready');

async function until(reason: string, kind = 'Connection', name = 'shop'): Promise<void> {
  for (const deadline = Date.now() + 20_000; conditionOf(kind, name)?.reason !== reason; await systemClock.sleep(20))
    if (Date.now() > deadline) throw new Error(`never ${reason}: ${JSON.stringify(conditionOf(kind, name))}`);
}

describe('"up" as the operator has it', () => {
  it('runs nothing that it refuses, and says why; then what was mended', async () => {
    await until('CredentialNotFound');
    expect(calls).toBe(0);
    apply('wrong', { settings: { colour: 'red' } });
    await up.refresh();
    await until('InvalidSettings');
    expect(calls).toBe(0);
    apply('wrong');
    await up.refresh();
    await until('KeyRefused');
    expect(world.get('Connection', 'acme', 'shop')!.status!['state']).toBe('Stalled');
  });

  it('takes another key from the Secret, and another Secret from the Credential, without a new start', async () => {
    apply('good');
    await up.refresh();
    await until('Running');
    await until('Valid', 'Credential', 'key');
    await until('UpToDate', 'Feed', 'orders');
    await servedOnce('supercargo_connection_up', 1);
    await servedOnce('supercargo_feed_last_success_timestamp_seconds', 2);
    expect(await served('supercargo_connection_up')).toEqual([
      'supercargo_connection_up{namespace="acme",connection="shop"} 1',
    ]);
    expect(await served('supercargo_part_info')).toEqual(['supercargo_part_info{part="hub"} 1']);
    expect((await served('supercargo_resource_condition')).join()).toMatch(
      /kind="Feed",namespace="acme",name="orders",connection="shop",feed_type="OrderImport",type="Ready",status="True"/,
    );
    expect(world.get('Feed', 'acme', 'orders')!.status!['effective']).toMatchObject({ schedule: expect.any(String) });
    apply('wrong');
    await up.refresh();
    await until('KeyRefused');
    apply('wrong', { secretName: 'two' });
    await up.refresh();
    await until('Running');
  });

  it('has no figure of a connection that is gone: neither of its engine nor of its resource', async () => {
    await servedOnce('supercargo_connection_up', 1);
    world.apply({ faults: [], secrets: [], resources: [resource('Store', 'main', {})] });
    await up.refresh();
    await servedOnce('supercargo_connection_up', 0);
    expect((await served('supercargo_resource_condition')).filter((line) => line.includes('kind="Connection"'))).toEqual([]); // prettier-ignore
  });
});
