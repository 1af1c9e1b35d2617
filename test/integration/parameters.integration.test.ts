import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { hookUrl } from '../../hub/base/hook-url.ts';
import { webhookMasterKey } from '../../hub/base/secrets.ts';
import { openPostgres } from '../../hub/storage/postgres.ts';
import { HubRig, type TestStore } from '../support/hub-rig.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

jest.setTimeout(60_000);

interface Route {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly string[];
}

let postgres: TestPostgres;
let rig: HubRig;
let store: TestStore;
let routes: Route[];

beforeAll(async () => {
  postgres = await startPostgres();
  rig = await HubRig.start(openPostgres({ url: await postgres.createDatabase('hub') }));
  store = await rig.store();
  const document = (await (await fetch(`${rig.hub.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { parameters?: { in: string; name: string }[] }>>;
  };
  routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [] }]) => ({
      method: method.toUpperCase(),
      path: path.replace('/api/v1', '').replaceAll(/\{[^}]+\}/g, '1'),
      parameters: parameters.filter((one) => one.in === 'query').map(({ name }) => name),
    })),
  );
});
afterAll(async () => {
  await rig?.stop();
  await postgres?.stop();
});

describe('a parameter that a route does not have', () => {
  it('is refused by each of them, with its name and those that it has', async () => {
    expect(routes.length).toBeGreaterThan(25);
    for (const { method, path, parameters } of routes) {
      const { status, body } = await store.api(method, `${path}?curser=1`, method === 'GET' ? undefined : {});
      const has = parameters.length === 0 ? 'it has none' : `it has ${parameters.join(', ')}`;
      expect([method, path, status, (body as { detail: string }).detail]).toEqual([
        ...[method, path, 400],
        expect.stringMatching(new RegExp(`^querystring: ${method} \\S+ has no parameter "curser": ${has}$`)),
      ]);
    }
  });

  it('does not read a list from its beginning, as a misspelt cursor did', async () => {
    expect((await store.api('GET', '/orders?after=0&limit=5')).status).toBe(200);
    expect(await store.api('GET', '/orders?cursor=12')).toMatchObject({
      status: 400,
      body: { type: 'InvalidRequest' },
    });
  });

  it('is no reason to refuse a webhook of a shop, whose address may have anything behind it', async () => {
    await store.connect();
    const [row] = await rig.db.query<{ id: number }>('SELECT id FROM connections');
    const url = hookUrl(rig.hub.url, await webhookMasterKey(rig.db), row!.id);
    for (const parameters of ['', '?topic=orders%2Fcreate&shop=a.example', '?hmac=1&hmac=2', '?sku[]=A&sku[]=B', '?x'])
      expect([parameters, (await fetch(`${url}${parameters}`, { method: 'POST', body: '{}' })).status]).toEqual([
        parameters,
        202,
      ]);
  });

  it('is given back no longer than tells which it was', async () => {
    const { body } = await store.api('GET', `/stock?${'x'.repeat(300)}=1`);
    expect((body as { detail: string }).detail).toContain(`no parameter "${'x'.repeat(40)}…": it has`);
  });
});

it('a parameter that is there twice is refused by its name: which of the two is meant nobody can say', async () => {
  const repeated = routes.flatMap(({ method, path, parameters }) => parameters.map((name) => ({ method, path, name })));
  expect(repeated.length).toBeGreaterThan(30);
  for (const { method, path, name } of repeated) {
    const { status, body } = await store.api(method, `${path}?${name}=1&${name}=2`);
    expect([status, (body as { detail: string }).detail]).toEqual([
      400,
      `querystring: ${method} /api/v1${path} takes ${name} once: it is there several times`,
    ]);
  }
});
