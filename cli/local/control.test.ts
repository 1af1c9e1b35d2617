import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findTarget } from '../find-target.ts';
import { findRunningUp, startControl, type RunningUp } from './control.ts';
import { LocalWorld } from './world.ts';

let folder: string;
let world: LocalWorld;
let control: Awaited<ReturnType<typeof startControl>>;
let up: RunningUp;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'control-'));
  world = new LocalWorld(join(folder, 'world.json'), () => new Date('2026-05-02T12:00:00Z'));
  const resource = (name: string, namespace: string, kind: string, labels?: Record<string, string>) => ({
    apiVersion: 'supercargo.dev/v1beta1',
    kind,
    metadata: { name, namespace, labels },
    spec: {},
  });
  world.apply({
    resources: [
      resource('shop', 'acme', 'Connection', { warehouse: 'berlin', tier: 'a' }),
      resource('shop', 'other', 'Connection'),
      resource('orders', 'acme', 'Feed'),
    ],
    secrets: [],
    faults: [],
  });
  control = await startControl({
    world,
    stateDir: folder,
    hubUrl: 'http://127.0.0.1:1',
    keys: new Map([
      ['acme/main', 'key-a'],
      ['other/main', 'key-b'],
    ]),
  });
  up = (await findRunningUp(folder))!;
});
afterEach(async () => {
  await control.close();
  await world.flush();
  await rm(folder, { recursive: true });
});

const call = (method: string, body?: unknown, authorization = `Bearer ${up.token}`) =>
  fetch(up.url, {
    method,
    headers: { authorization },
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  });
const shop = () => world.get('Connection', 'acme', 'shop')!;

describe('the door of a running up', () => {
  it.each([
    ['GET', ''],
    ['GET', 'Bearer wrong'],
    ['POST', 'Bearer wrong'],
    ['POST', 'Basic x'],
  ])('does not open for %s with "%s"', async (method, authorization) => {
    const answer = await call(
      method,
      method === 'POST' ? { kind: 'Connection', namespace: 'acme', name: 'shop', enabled: false } : undefined,
      authorization,
    );
    expect(answer.status).toBe(401);
    expect(await answer.text()).not.toContain('shop');
    expect(shop().spec).toEqual({});
  });

  it('shows what there is', async () => {
    const listed = (await (await call('GET')).json()) as { metadata: { name: string } }[];
    expect(listed.map(({ metadata }) => metadata.name)).toEqual(['shop', 'shop', 'orders']);
  });

  it('takes requests and switches', async () => {
    expect(
      (
        await call('POST', {
          kind: 'Connection',
          namespace: 'acme',
          name: 'shop',
          annotations: { a: '1' },
          enabled: false,
        })
      ).status,
    ).toBe(200);
    expect(shop()).toMatchObject({ spec: { enabled: false }, metadata: { annotations: { a: '1' } } });
  });

  it.each<[string, unknown, number]>([
    ['what is not there', { kind: 'Connection', namespace: 'acme', name: 'none', enabled: true }, 404],
    ['what lacks its kind', { name: 'shop' }, 400],
    ['what is no JSON', '{', 400],
    [
      'an annotation that is no text',
      { kind: 'Connection', namespace: 'acme', name: 'shop', annotations: { a: 1 } },
      400,
    ],
  ])('says no to %s', async (_what, body, status) => {
    const answer = await call('POST', body);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ message: expect.stringMatching(/\w/) });
  });
});

describe('another command', () => {
  it('finds the up, by a file that only its owner can read', async () => {
    expect(up).toMatchObject({ pid: process.pid, hubUrl: 'http://127.0.0.1:1', keys: { 'acme/main': 'key-a' } });
    expect((await stat(join(folder, 'up.json'))).mode & 0o777).toBe(0o600);
  });

  it('finds none once it is closed', async () => {
    await control.close();
    expect(await findRunningUp(folder)).toBeUndefined();
  });

  it.each<[string, () => string]>([
    ['of a process that is dead', () => JSON.stringify({ ...up, pid: spawnSync('true').pid })],
    ['that was cut off', () => JSON.stringify(up).slice(0, 20)],
    ['that is empty', () => ''],
    ['of another release', () => '{"pid":1}'],
  ])('finds none by a file %s', async (_what, text) => {
    await writeFile(join(folder, 'up.json'), text());
    expect(await findRunningUp(folder)).toBeUndefined();
  });

  it('lists, asks and switches through it', async () => {
    const target = await findTarget({ state: folder });
    const names = async (namespace?: string, selector?: string) =>
      (await target.list('Connection', namespace, selector)).map(
        ({ metadata }) => `${metadata.namespace}/${metadata.name}`,
      );
    expect(await names()).toEqual(['acme/shop', 'other/shop']);
    expect(await names('acme')).toEqual(['acme/shop']);
    expect(await names(undefined, 'warehouse=berlin, tier=a')).toEqual(['acme/shop']);
    expect(await names(undefined, 'warehouse=berlin,tier=b')).toEqual([]);
    await target.annotate({ kind: 'Connection', namespace: 'acme', name: 'shop' }, { b: '2' });
    await target.setSwitch({ kind: 'Connection', namespace: 'acme', name: 'shop' }, 'enabled', false);
    await target.setSwitch({ kind: 'Connection', namespace: 'acme', name: 'shop' }, 'suspend', true);
    expect(shop()).toMatchObject({ spec: { enabled: false, suspend: true }, metadata: { annotations: { b: '2' } } });
    await expect(
      target.setSwitch({ kind: 'Connection', namespace: 'acme', name: 'none' }, 'enabled', false),
    ).rejects.toThrow('Connection acme/none was not found');
  });

  it('is told the hub and the key of the namespace', async () => {
    const target = await findTarget({ state: folder });
    expect(await target.hub({ namespace: 'other' })).toEqual({ url: 'http://127.0.0.1:1', key: 'key-b' });
    await expect(target.hub({})).rejects.toThrow(/^there are several Stores: acme\/main, other\/.*Name one with -n/);
    await expect(target.hub({ namespace: 'other', store: 'none' })).rejects.toThrow('Name one with -n and --store');
    await expect(target.hub({ namespace: 'none' })).rejects.toThrow('no such Store: there are ');
  });
});
