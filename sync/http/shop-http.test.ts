import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  DriverError,
  HeldWrite,
  retry,
  terminal,
  type DriverErrorDetails,
  type RequestAuth,
  type ShopRequest,
  type ShopResponse,
} from '../../drivers/contract/index.ts';
import { OWN_MACHINE } from '../../kit/net/addresses.ts';
import { allowedHosts, namedHosts } from '../../model/hosts.ts';
import { Budget } from '../budget/budget.ts';
import { createShopHttp, type OwnedShopHttp, type ShopHttpOptions } from './shop-http.ts';

const DAY_MS = 86_400_000;
const START = Date.parse('2026-05-02T12:00:00Z');

type Reply = (request: IncomingMessage, response: ServerResponse) => void;
interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

let server: Server;
let url: string;
/** What the store answers, one after another; the last for ever. */
let script: (Answer | Reply)[];
let received: {
  method: string | undefined;
  path: string | undefined;
  headers: IncomingMessage['headers'];
  body: string;
}[];

/** A clock whose sleep is over at once; time goes on by it. */
let now: number;
let slept: number[];
const clock = {
  now: () => new Date(now),
  sleep: async (ms: number) => {
    slept.push(ms);
    now += ms;
  },
};
let testMode: boolean;
let answers: { status: number; intent: string; tookMs: number; skewMs?: number }[];
let throttled: number[];
let assertMayWrite: () => void;
let http: OwnedShopHttp;

async function reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  received.push({ method: request.method, path: request.url, headers: request.headers, body });
  const answer = script.length > 1 ? script.shift()! : script[0]!;
  if (typeof answer === 'function') return answer(request, response);
  response
    .writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers })
    .end(answer.body ?? '{"ok":true}');
}

beforeAll(async () => {
  server = createServer((request, response) => void reply(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
});
afterAll(
  () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    }),
);

beforeEach(() => {
  script = [{}];
  received = [];
  now = START;
  slept = [];
  testMode = false;
  answers = [];
  throttled = [];
  assertMayWrite = () => undefined;
  http = create({});
});

/** The engine's HTTP, with more options. */
const create = (more: Partial<ShopHttpOptions>): OwnedShopHttp =>
  createShopHttp({
    clock,
    reach: OWN_MACHINE,
    plainHttp: true,
    budget: new Budget({ clock }),
    scope: () => ({ feedClass: 'orders', assertMayWrite }),
    testMode: () => testMode,
    random: () => 0.5,
    onResponse: (facts) => answers.push(facts),
    onThrottle: (ms) => throttled.push(ms),
    ...more,
  });
afterEach(() => http.close());

const get = (more: Partial<ShopRequest> = {}): ShopRequest => ({ method: 'GET', url, ...more });
const post = (): ShopRequest => ({
  method: 'POST',
  url,
  headers: { authorization: 'Bearer secret' },
  body: '{"quantity":3}',
});

async function failure(call: Promise<unknown>): Promise<DriverErrorDetails> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(DriverError);
  return (error as DriverError).details;
}

describe('a call', () => {
  it('that has no answer is told with its reason', async () => {
    const unanswered: string[] = [];
    http = create({ onNoAnswer: ({ reason, intent }) => unanswered.push(`${intent} ${reason}`) });
    const { reason } = await failure(http.read(get({ url: 'http://127.0.0.1:1/' })));
    expect(new Set(unanswered)).toEqual(new Set([`read ${reason}`]));
    expect(answers).toEqual([]);
  });

  it('sends what the driver says and gives back what the store says', async () => {
    script = [{ status: 201, headers: { 'X-Cost': '7' }, body: '{"id":"ü"}' }];
    const answer = await http.write(post());
    expect(answer).toMatchObject({ status: 201, headers: { 'x-cost': '7' } });
    expect(await answer.json()).toEqual({ id: 'ü' });
    expect(await answer.text()).toBe('{"id":"ü"}');
    expect(received).toMatchObject([
      {
        method: 'POST',
        path: '/api',
        body: '{"quantity":3}',
        headers: { authorization: 'Bearer secret', 'user-agent': 'supercargo' },
      },
    ]);
  });

  it("takes header names in any case: a driver's own replaces what is sent without it", async () => {
    await http.read(get({ headers: { Accept: 'application/xml', 'User-Agent': 'mine' } }));
    expect(received[0]!.headers).toMatchObject({ accept: 'application/xml', 'user-agent': 'mine' });
  });

  it.each([200, 400, 401, 404, 422, 500])('is final when the store answers %d', async (status) => {
    script = [{ status }];
    expect((await http.read(get())).status).toBe(status);
    expect(received).toHaveLength(1);
    expect(slept).toEqual([]);
  });
});

describe('who may call', () => {
  /** Gives another key at each asking, or the same for ever. */
  function keys(...given: string[]) {
    const asked: { refused?: string; at: number }[] = [];
    const auth: RequestAuth = {
      headers: async (_call, _signal, refused) => {
        asked.push({ refused: refused?.['authorization'], at: now });
        return { Authorization: given.length > 1 ? given.shift()! : given[0]! };
      },
    };
    return { auth, asked };
  }
  const sent = () => received.map(({ headers }) => headers.authorization);

  it('is asked for each attempt, after the wait: a signature is used once, and a short token is not old', async () => {
    script = [{ status: 503 }, { status: 429, headers: { 'retry-after': '7' } }, {}];
    const { auth, asked } = keys('one', 'two', 'three');
    expect((await http.read(get({ auth }))).status).toBe(200);
    expect(sent()).toEqual(['one', 'two', 'three']);
    expect(asked[2]!.at - asked[1]!.at).toBeGreaterThanOrEqual(7000);
  });

  it.each(['read', 'write'] as const)(
    'is asked again after a 401, once, with what was refused: it did nothing (%s)',
    async (intent) => {
      script = [{ status: 401 }, { status: 401 }, {}];
      const { auth, asked } = keys('old', 'new', 'newer');
      expect((await http[intent]({ ...post(), headers: {}, auth })).status).toBe(401);
      expect(sent()).toEqual(['old', 'new']);
      expect(asked.map(({ refused }) => refused)).toEqual([undefined, 'old']);
      expect(slept).toEqual([]);
    },
  );

  it("is not asked to repeat what there is nothing newer for: the 401 is the driver's to explain", async () => {
    script = [{ status: 401 }, {}];
    expect((await http.read(get({ auth: keys('same').auth }))).status).toBe(401);
    expect(received).toHaveLength(1);
  });

  it('is not asked in Test mode for what is held', async () => {
    testMode = true;
    const { auth, asked } = keys('secret');
    const held = await http.write({ ...post(), headers: {}, auth }).catch((error: unknown) => error);
    expect(held).toBeInstanceOf(HeldWrite);
    expect(asked).toEqual([]);
  });

  it('ends the call where it fails for good', async () => {
    const auth: RequestAuth = {
      headers: async () => {
        throw terminal('ReauthorizationNeeded', 'authorise again');
      },
    };
    expect(await failure(http.read(get({ auth })))).toMatchObject({
      reason: 'ReauthorizationNeeded',
      scope: 'credential',
    });
    expect(received).toEqual([]);
  });
});

describe('a host that the driver does not name', () => {
  it.each<[string, (bad: ShopRequest) => Promise<unknown>]>([
    ['a read', (bad) => http.read(bad)],
    ['a write', (bad) => http.write(bad)],
  ])('is sent nothing, by %s: the key would go with it', async (_what, call) => {
    http = create({ hosts: allowedHosts(['settings.url'], { url: 'https://shop.example/api' }) });
    expect(await failure(call(post()))).toMatchObject({
      behaviour: 'terminal',
      scope: 'shop',
      reason: 'HostNotAllowed',
      message: expect.stringMatching(/127\.0\.0\.1.*shop\.example/),
    });
    expect(received).toEqual([]);
  });

  it.each<[string, (bad: ShopRequest) => Promise<unknown>]>([
    ['a read', (bad) => http.read(bad)],
    ['a write', (bad) => http.write(bad)],
  ])('or that its Credential does not name is sent nothing, by %s, wherever the driver leads', async (_what, call) => {
    const hosts = allowedHosts(['settings.url', 'login.example'], { url });
    const port = new URL(url).port;
    for (const keyHosts of [[], ['login.example'], ['127.0.0.1'], [`[::1]:${port}`], ['*.0.0.1']]) {
      http = create({ hosts, keyHosts: namedHosts(keyHosts) });
      expect(await failure(call(post()))).toMatchObject({
        ...{ behaviour: 'terminal', scope: 'shop', reason: 'HostNotAllowed' },
        message: expect.stringMatching(/127\.0\.0\.1.*spec\.hosts of the Credential/),
      });
    }
    expect(received).toEqual([]);
    script = [{ status: 302, headers: { location: 'https://evil.example/' } }, {}];
    http = create({ hosts, keyHosts: namedHosts([`127.0.0.1:${port}`]) });
    await call(post());
    expect(received.length).toBeGreaterThan(0);
  });

  it.each([301, 302, 303, 307, 308])(
    "is not followed to by a redirect (%i), though it stands open: the answer is the driver's",
    async (status) => {
      const strange: string[] = [];
      const other = createServer((request, response) => {
        strange.push(`${request.method} ${request.headers.authorization}`);
        response.end('{}');
      });
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/api`;
      try {
        for (const keyHosts of [undefined, namedHosts([new URL(url).host])])
          for (const intent of ['read', 'write'] as const) {
            script = [{ status, headers: { location } }];
            received = [];
            await http.close();
            http = create({ keyHosts });
            const answer = await http[intent](post());
            expect([answer.status, answer.headers['location']]).toEqual([status, location]);
            expect(received).toHaveLength(1);
          }
        expect(strange).toEqual([]);
      } finally {
        other.closeAllConnections();
        other.close();
      }
    },
  );
});

describe('the rate limit of the store', () => {
  it.each<[string, string, number]>([
    ['in seconds', '7', 7000],
    ['as a date', 'Sat, 02 May 2026 12:00:09 GMT', 9000],
    ['by a date that is over', 'Sat, 02 May 2026 11:00:00 GMT', 500],
    ['in words that nobody knows', 'soon', 500],
  ])('given %s is waited for', async (_what, header, ms) => {
    script = [{ status: 429, headers: { 'retry-after': header } }, {}];
    expect((await http.read(get())).status).toBe(200);
    expect(slept).toEqual([ms]);
    expect(throttled).toEqual([ms]);
  });

  it.each(['99999999999999999999', '9'.repeat(400), 'Sat, 02 May 9999 12:00:09 GMT'])(
    'given as %s is waited for a day at most: time does not end before it',
    async (header) => {
      script = [{ status: 429, headers: { 'retry-after': header } }];
      const { retryAfterMs = 0, message } = await failure(http.read(get()));
      expect(retryAfterMs).toBeLessThanOrEqual(DAY_MS);
      expect(message).not.toMatch(/Infinity|NaN|e\+/);
      expect(new Date(now + retryAfterMs).toISOString()).toMatch(/^2026-/);
    },
  );

  it('is waited for by writes too: a 429 proves that nothing was done', async () => {
    script = [{ status: 429, headers: { 'retry-after': '2' } }, {}];
    expect((await http.write(post())).status).toBe(200);
    expect(received.map(({ body }) => body)).toEqual(['{"quantity":3}', '{"quantity":3}']);
  });

  it('ends the run as waiting where it asks for long', async () => {
    script = [{ status: 429, headers: { 'retry-after': '21' } }];
    expect(await failure(http.read(get()))).toMatchObject({
      behaviour: 'waiting',
      reason: 'RateLimited',
      retryAfterMs: 21_000,
    });
    expect(received).toHaveLength(1);
    expect(slept).toEqual([]);
  });

  it('that never ends is handed to the driver after four calls, each wait twice as long', async () => {
    script = [{ status: 429 }];
    expect((await http.read(get())).status).toBe(429);
    expect(received).toHaveLength(4);
    expect(slept).toEqual([500, 1000, 2000]);
  });
});

describe('a budget by operation', () => {
  const buckets = { orders: { burst: 5, perSecond: 1 }, labels: { burst: 5, perSecond: 1 } };

  it('is paused alone by a 429: other operations go on', async () => {
    http = create({ budget: new Budget({ clock, buckets }) });
    script = [{ status: 429, headers: { 'retry-after': '100' } }, {}];
    expect(await failure(http.read(get({ bucket: 'orders' })))).toMatchObject({ reason: 'RateLimited' });
    expect((await http.read(get({ bucket: 'labels' }))).status).toBe(200);
    expect((await http.read(get())).status).toBe(200);
    expect(await failure(http.read(get({ bucket: 'orders' })))).toMatchObject({
      behaviour: 'waiting',
      retryAfterMs: 100_000,
    });
    expect(received).toHaveLength(3);
  });

  it('ends the run as waiting where its turn is far away, before anything is sent', async () => {
    const budget = new Budget({ clock, buckets: { orders: { burst: 1, perSecond: 0.0056 } } });
    http = create({ budget });
    await http.read(get({ bucket: 'orders' }));
    expect(await failure(http.read(get({ bucket: 'orders' })))).toMatchObject({
      behaviour: 'waiting',
      reason: 'RateLimited',
      retryAfterMs: Math.ceil(1000 / 0.0056),
    });
    expect(received).toHaveLength(1);
    expect(slept).toEqual([]);
  });

  it("learns the rate from the platform's header, for the bucket of the call", async () => {
    const budget = new Budget({ clock, buckets });
    http = create({ budget });
    script = [{ headers: { 'x-amzn-ratelimit-limit': '0.5' } }];
    await http.read(get({ bucket: 'orders' }));
    expect(budget.view().buckets).toMatchObject({
      orders: { rule: { perSecond: 0.5 } },
      labels: { rule: { perSecond: 1 } },
    });
  });

  it('lets one call go at a time where the platform wants it so, and the token that it needs in its place', async () => {
    http = create({ budget: new Budget({ clock, rule: { burst: 9, perSecond: 9, concurrent: 1 } }) });
    let underWay = 0;
    let most = 0;
    script = [
      (_request, response) => {
        most = Math.max(most, ++underWay);
        setTimeout(() => {
          underWay--;
          response.end('{}');
        }, 5);
      },
    ];
    const auth: RequestAuth = {
      headers: async () => {
        await http.read({ method: 'POST', url: `${url}/token` });
        return { authorization: 'token' };
      },
    };
    await Promise.all([http.read(get({ auth })), http.read(get({ auth })), http.write(post())]);
    expect(received).toHaveLength(5);
    expect(most).toBe(1);
  });
});

describe('a refusal for too much with status 200', () => {
  const throttled = async (response: ShopResponse) =>
    (await response.text()).includes('THROTTLED') ? 3000 : undefined;
  const refused = { body: '{"errors":[{"code":"THROTTLED"}]}' };

  it.each(['read', 'write'] as const)('is waited for like a 429 (%s)', async (intent) => {
    script = [refused, {}];
    const answer = await http[intent]({ ...post(), throttled });
    expect(await answer.json()).toEqual({ ok: true });
    expect(slept).toEqual([3000]);
  });

  it('ends the run as waiting when it does not end', async () => {
    script = [refused];
    expect(await failure(http.read(get({ throttled })))).toMatchObject({ behaviour: 'waiting', retryAfterMs: 3000 });
    expect(received).toHaveLength(4);
  });
});

describe("the platform's own way of repeating", () => {
  it('is kept to: not before, and so often', async () => {
    http = create({ repeat: { afterMs: 15_000, attempts: 2 } });
    script = [{ status: 503 }];
    expect((await http.read(get())).status).toBe(503);
    expect(slept).toEqual([15_000, 15_000]);
    expect(received).toHaveLength(3);
  });

  it('leaves to the next run what is too long for a call', async () => {
    http = create({ repeat: { afterMs: 600_000, attempts: 5 } });
    script = [{ status: 502 }];
    expect(await failure(http.read(get()))).toMatchObject({
      behaviour: 'retry',
      reason: 'StoreUnavailable',
      retryAfterMs: 600_000,
    });
    expect(received).toHaveLength(1);
  });
});

describe('the lease of the run', () => {
  const lost = () => {
    throw retry('LeaseUncertain', 'may be lost');
  };

  it('is asked for at each write and at no read', async () => {
    let asked = 0;
    assertMayWrite = () => {
      asked++;
    };
    await http.read(get());
    expect(asked).toBe(0);
    script = [{ status: 429 }, {}];
    await http.write(post());
    expect(asked).toBe(2);
  });

  it('that may be lost lets no byte of a write out, whether its connection is there or not', async () => {
    assertMayWrite = lost;
    expect(await failure(http.write(post()))).toMatchObject({ behaviour: 'retry', reason: 'LeaseUncertain' });
    await http.read(get());
    expect(await failure(http.write(post()))).toMatchObject({ reason: 'LeaseUncertain' });
    assertMayWrite = () => undefined;
    await http.write(post());
    expect(received.map(({ method }) => method)).toEqual(['GET', 'POST']);
  });

  it('is asked for after the connection was made, not before', async () => {
    // As this end sees it: the other one may hear of the connection a moment later.
    let open = false;
    const note = (message: unknown) =>
      void (message as { socket: Socket }).socket.prependOnceListener('connect', () => {
        open = true;
      });
    subscribe('net.client.socket', note);
    assertMayWrite = () => {
      if (open) lost();
    };
    expect(await failure(http.write(post()))).toMatchObject({ reason: 'LeaseUncertain' });
    unsubscribe('net.client.socket', note);
    expect([open, received]).toEqual([true, []]);
  });
});

describe('a failure on the way', () => {
  it.each([502, 503, 504])('is repeated for a read when the store answers %d', async (status) => {
    script = [{ status }, { status }, {}];
    expect((await http.read(get())).status).toBe(200);
    expect(received).toHaveLength(3);
    expect(throttled).toEqual([]);
  });

  it.each([500, 502, 503, 504])('is never repeated for a write when the store answers %d', async (status) => {
    script = [{ status }, {}];
    expect((await http.write(post())).status).toBe(status);
    expect(received).toHaveLength(1);
  });

  const hangUp: Reply = (request) => void request.socket.destroy();
  const breakOff: Reply = (_request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{"a":');
    setImmediate(() => response.destroy());
  };

  it.each([
    ['that is cut off', hangUp],
    ['whose answer breaks off', breakOff],
  ])('is repeated for a read %s', async (_what, broken) => {
    script = [broken, {}];
    expect(await (await http.read(get())).json()).toEqual({ ok: true });
    expect(received).toHaveLength(2);
  });

  it.each([
    ['that is cut off', hangUp],
    ['whose answer breaks off', breakOff],
  ])('is never repeated for a write %s', async (_what, broken) => {
    script = [broken, {}];
    expect(await failure(http.write(post()))).toMatchObject({ behaviour: 'retry', reason: 'ConnectionFailed' });
    expect(received).toHaveLength(1);
  });

  it('names a closed port', async () => {
    // Not one that was free a moment ago: what runs beside may have it by now.
    expect(await failure(http.read(get({ url: 'http://127.0.0.1:1/' })))).toMatchObject({
      reason: 'ConnectionRefused',
    });
    expect(slept).toHaveLength(3);
  });

  it('names a host that does not exist', async () => {
    expect(await failure(http.read(get({ url: 'http://no-such-shop.invalid/' })))).toMatchObject({
      reason: 'DnsFailure',
    });
  });

  it('is not repeated once the run stops', async () => {
    const stop = new AbortController();
    script = [() => stop.abort()];
    expect(await failure(http.read(get({ signal: stop.signal })))).toMatchObject({ reason: 'Aborted' });
    expect(received).toHaveLength(1);
    expect(slept).toEqual([]);
  });
});

describe('bytes', () => {
  const chunks = async (bytes: AsyncIterable<Uint8Array>) => {
    const all: Uint8Array[] = [];
    for await (const chunk of bytes) all.push(chunk);
    return Buffer.concat(all);
  };

  it('are sent and given back as they are', async () => {
    const body = new Uint8Array([0, 255, 128, 10]);
    script = [(_request, response) => response.end(body)];
    const answer = await http.write({ ...post(), body });
    expect(await chunks(answer.bytes())).toEqual(Buffer.from(body));
    expect(received[0]!.headers['content-length']).toBe('4');
  });

  it.each([
    ['iso-8859-1', Buffer.from('M\xfcller', 'latin1')],
    ['"windows-1252"', Buffer.from([0x4d, 0xfc, 0x6c, 0x6c, 0x65, 0x72])],
    ['a charset that nobody knows', Buffer.from('Müller')],
  ])('become text by the charset of the answer: %s', async (charset, body) => {
    script = [(_request, response) => response.setHeader('content-type', `text/plain; charset=${charset}`).end(body)];
    expect(await (await http.read(get())).text()).toBe('Müller');
  });

  const halfway: Reply = (_request, response) => {
    response.writeHead(200).write('begun');
    setTimeout(() => response.destroy(), 20);
  };
  const headersAlone: Reply = (_request, response) => {
    response.writeHead(200).flushHeaders();
    setTimeout(() => response.destroy(), 20);
  };

  it('that come as a stream are asked for again until the first was handed on', async () => {
    script = [headersAlone, { status: 503 }, { body: 'whole' }];
    expect((await chunks((await http.read(get({ stream: true }))).bytes())).toString()).toBe('whole');
    expect(received).toHaveLength(3);
  });

  it('that break off later are for the next run', async () => {
    script = [halfway, {}];
    const answer = await http.read(get({ stream: true }));
    expect(await failure(chunks(answer.bytes()))).toMatchObject({ behaviour: 'retry', reason: 'ConnectionFailed' });
    expect(received).toHaveLength(1);
  });

  it('of an answer that is an error are there at once, in words', async () => {
    script = [{ status: 403, body: '{"error":"no"}' }];
    expect(await (await http.read(get({ stream: true }))).json()).toEqual({ error: 'no' });
  });

  it('hold the place of their call until they are read or given up', async () => {
    http = create({ budget: new Budget({ clock, rule: { burst: 9, perSecond: 9, concurrent: 1 } }) });
    const answer = await http.read(get({ stream: true }));
    let next = false;
    const second = http.read(get()).then(() => (next = true));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(next).toBe(false);
    for await (const _chunk of answer.bytes()) break;
    await second;
    const stopped = new AbortController();
    await http.read(get({ stream: true, signal: stopped.signal }));
    stopped.abort();
    await http.read(get());
  });

  it('are waited for as long as the driver says', async () => {
    script = [(_request, response) => void setTimeout(() => response.end('late'), 3000).unref()];
    expect(await failure(http.write({ ...post(), timeoutMs: 100 }))).toMatchObject({ reason: 'Timeout' });
  });
});

describe('Test mode', () => {
  it('keeps the exact request of a write and sends nothing', async () => {
    testMode = true;
    const error = await http.write(post()).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(HeldWrite);
    expect((error as HeldWrite).request).toEqual(post());
    expect(received).toEqual([]);
  });

  it('reads for real', async () => {
    testMode = true;
    expect((await http.read(post())).status).toBe(200);
  });

  it('ends without a new client', async () => {
    testMode = true;
    await expect(http.write(post())).rejects.toBeInstanceOf(HeldWrite);
    testMode = false;
    expect((await http.write(post())).status).toBe(200);
  });
});

describe('the clock of the store', () => {
  it.each([
    ['ahead', 'Sat, 02 May 2026 12:05:00 GMT', 300_500],
    ['behind', 'Sat, 02 May 2026 11:59:00 GMT', -59_500],
  ])('%s of ours is told from its Date header', async (_what, date, skewMs) => {
    script = [{ headers: { date } }];
    await http.read(get());
    expect(answers).toEqual([{ status: 200, intent: 'read', tookMs: expect.any(Number), skewMs }]);
  });

  it('is measured at the middle of the call, whose length is told', async () => {
    script = [
      (_request, response) => {
        now += 4000;
        response.writeHead(200, { date: 'Sat, 02 May 2026 12:00:02 GMT' }).end('{}');
      },
    ];
    await http.write(post());
    expect(answers).toEqual([{ status: 200, intent: 'write', tookMs: 4000, skewMs: 500 }]);
  });

  it('is of no length where the clock was set back meanwhile: a sum that falls would be taken for a restart', async () => {
    script = [
      (_request, response) => {
        now -= 60_000;
        response.end('{}');
      },
    ];
    await http.read(get());
    expect(answers).toMatchObject([{ tookMs: 0 }]);
  });

  it.each([
    [
      'no Date header',
      (_request: IncomingMessage, response: ServerResponse) => {
        response.sendDate = false;
        response.end('{}');
      },
    ],
    ['a Date that is none', { headers: { date: 'today' } }],
  ])('is unknown from %s', async (_what, answer) => {
    script = [answer];
    await http.read(get());
    expect(answers).toEqual([{ status: 200, intent: 'read', tookMs: expect.any(Number), skewMs: undefined }]);
  });
});

describe('an answer that is no JSON', () => {
  it('is named as what it is, to be tried again', async () => {
    script = [{ headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<html>Log in</html>' }];
    const answer = await http.read(get());
    expect(await answer.text()).toBe('<html>Log in</html>');
    expect(await failure(answer.json())).toMatchObject({
      behaviour: 'retry',
      reason: 'UnexpectedPayload',
      message: expect.stringContaining('200 with text/html that is not JSON'),
    });
  });

  it('is given up where it is larger than a pod can hold', async () => {
    const chunk = Buffer.alloc(1024 * 1024);
    script = [
      (_request, response) => {
        let left = 66;
        const more = () => {
          while (left-- > 0) if (!response.write(chunk)) return void response.once('drain', more);
          response.end();
        };
        more();
      },
    ];
    expect(await failure(http.read(get()))).toMatchObject({ reason: 'AnswerTooLarge' });
    expect(received).toHaveLength(1);
  });
});
