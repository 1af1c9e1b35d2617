import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { connect } from 'node:net';
import { webhookMasterKey } from '../../../hub/base/secrets.ts';
import { hookUrl } from '../../../hub/base/hook-url.ts';
import { HubRig, until, type TestStore } from '../../support/hub-rig.ts';
import { ownDatabase } from '../../support/postgres.ts';

jest.setTimeout(60_000);

const KIB = 1024;
const MIB = 1024 * KIB;
/** How much one key may have the hub hold (hub/http/bodies.ts). */
const MIBS_OF_ONE = 64;

const MANY = { perSecond: 1e6, burst: 1e6 };

let rig: HubRig;
let store: TestStore;

beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase(), { limits: { key: MANY, address: MANY } });
  store = await rig.store();
});
afterAll(async () => rig.stop());

interface Asked {
  /** Of the answer, as "401"; undefined as long as there is none. */
  readonly status: () => string | undefined;
  readonly answered: Promise<string | undefined>;
  /** Sends what is missing of its body. */
  readonly sendRest: () => void;
  readonly end: () => void;
}

/** Sends the head of a request and one byte of its body. */
function ask(method: string, path: string, headers: Record<string, string>, bytes: number): Asked {
  const { hostname, port } = new URL(rig.hub.url);
  const socket = connect(Number(port), hostname);
  const lines = Object.entries({ host: hostname, 'content-length': String(bytes), ...headers });
  socket.on('error', () => undefined);
  socket.write(
    `${method} ${path} HTTP/1.1\r\n${lines.map((line) => line.join(': ')).join('\r\n')}\r\n\r\n${bytes > 0 ? '{' : ''}`,
  );
  let status: string | undefined;
  const answered = new Promise<string | undefined>((resolve) => {
    socket.once('close', () => resolve(undefined));
    socket.once('data', (data: Buffer) => {
      status = /^HTTP\/1.1 (\d+)/.exec(data.toString())?.[1];
      resolve(status);
    });
  });
  return {
    answered,
    status: () => status,
    sendRest: () => void socket.write(`${' '.repeat(bytes - 2)}}`),
    end: () => socket.destroy(),
  };
}

/** What is said to the head and one byte alone. */
async function refusal(...request: Parameters<typeof ask>): Promise<string | undefined> {
  const { answered, end } = ask(...request);
  const status = await answered;
  end();
  return status;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const withParams = (url: string) => url.replaceAll(/:[a-zA-Z]+/g, '1').replaceAll('*', 'x');

describe('who has no key', () => {
  it('is refused by every route before any body is read', async () => {
    const guarded = rig.hub.routes.filter(({ url }) => /^\/(api|sync|hooks|operator)\//.test(url));
    expect(guarded.length).toBeGreaterThan(50);
    for (const { method, url } of guarded) {
      const status = await refusal(method, withParams(url), JSON_TYPE, /GET|HEAD/.test(method) ? 0 : MIB);
      expect([method, url, status]).toEqual([method, url, expect.stringMatching(/^40[14]$/)]);
    }
  });

  it('is refused where no route is, before any body is read', async () => {
    for (const path of ['/api/v1/none', '/sync/v1/none', '/hooks/v1/none', '/none', '/api/v2/stock']) {
      const status = await refusal('POST', path, JSON_TYPE, MIB);
      expect([path, status]).toEqual([path, '404']);
    }
  });

  it('finds no other route open than those that are for everybody', () => {
    const open = rig.hub.routes.filter(({ url }) => !/^\/(api|sync|hooks|operator)\//.test(url)).map(({ url }) => url);
    for (const url of open) expect(url).toMatch(/^\/(healthz|readyz|metrics|openapi\.json|docs.*)$/);
  });
});

describe('a body', () => {
  const keyed = () => ({ ...JSON_TYPE, authorization: `Bearer ${store.key}` });

  it('may be as long as its route needs, and lists alone are long', async () => {
    const acknowledge = (reference: string) => store.api('POST', '/orders/1.1/acknowledge', { reference });
    expect((await acknowledge('x'.repeat(70 * KIB))).status).toBe(413);
    const levels = Array.from({ length: 5000 }, (_, index) => ({ sku: `sku-${index}`.padEnd(100, '.'), quantity: 1 }));
    expect((await store.api('POST', '/stock', { levels })).status).toBe(202);
    expect(await refusal('POST', '/api/v1/stock', keyed(), 9 * MIB)).toBe('413');
  });

  it('is not begun where those under way are as much as the hub holds; what one key holds leaves room for others', async () => {
    const other = await rig.store();
    const holding = Array.from({ length: 80 }, () => askLong(keyed()));
    const refused = () => holding.filter(({ status }) => status() === '503').length;
    await until(() => refused() === 80 - MIBS_OF_ONE, 'no room for all that is more');
    expect((await other.api('POST', '/orders/1.1/shipments', {})).status).toBe(404);
    // One that is held is worked on once it is whole.
    const held = holding.find(({ status }) => status() === undefined)!;
    held.sendRest();
    expect(await held.answered).toBe('404');
    for (const { end } of holding) end();
    await until(async () => {
      const again = askLong(keyed());
      again.sendRest();
      const status = await again.answered;
      again.end();
      return status === '404';
    }, 'room, once they are gone');
  });
  const askLong = (headers: Record<string, string>) => ask('POST', '/api/v1/orders/1.1/shipments', headers, MIB);

  it('of a webhook is read only where its token is right', async () => {
    const { connectionId } = await store.connect('hooked');
    const { pathname } = new URL(hookUrl(rig.hub.url, await webhookMasterKey(rig.db), connectionId));
    const right = ask('POST', pathname, JSON_TYPE, 1000);
    expect(await refusal('POST', pathname.slice(0, -1) + '~', JSON_TYPE, 1000)).toBe('404');
    expect(right.status()).toBeUndefined();
    right.sendRest();
    expect(await right.answered).toBe('202');
    right.end();
  });
});

it('a request with a thousand faults is answered with the first twenty', async () => {
  const lines = Array.from({ length: 1000 }, () => ({ quantity: 0 }));
  const { status, body } = await store.api('POST', '/orders/1.1/shipments', { lines });
  expect(status).toBe(400);
  expect(body.detail.split('; ')).toHaveLength(21);
  expect(body.detail).toMatch(/and \d{3,4} more$/);
});
