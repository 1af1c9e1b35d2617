import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { connect } from 'node:net';
import { HubRig, type TestStore } from '../../support/hub-rig.ts';
import { ownDatabase } from '../../support/postgres.ts';

jest.setTimeout(60_000);

const MANY = { perSecond: 1e6, burst: 1e6 };

let rig: HubRig;
let store: TestStore;

/** One that waits for no request longer than a second: those of the others may take their time on a busy machine. */
let hasty: HubRig;

beforeAll(async () => {
  const limits = { key: MANY, address: MANY };
  rig = await HubRig.start(await ownDatabase(), { limits, metricsPort: 0 });
  hasty = await HubRig.start(await ownDatabase(), { limits, requestTimeoutMs: 1000 });
  store = await rig.store();
});
afterAll(async () => {
  await rig.stop();
  await hasty.stop();
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The first answer to what no client library would send. */
async function answerTo(lines: readonly string[], at = rig.hub.url): Promise<Answer> {
  const { hostname, port } = new URL(at);
  const socket = connect(Number(port), hostname);
  const said = await new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (data: Buffer) => (text += data.toString()));
    socket.on('error', () => resolve(text));
    socket.on('close', () => resolve(text));
    socket.write(lines.join('\r\n'));
  });
  const [head = '', body = ''] = said.split(/\r\n\r\n(.*)/s);
  const [first = '', ...fields] = head.split('\r\n');
  const headers = Object.fromEntries(
    fields.map((field) => [field.split(': ')[0]!.toLowerCase(), field.split(': ')[1]!]),
  );
  return { status: Number(first.split(' ')[1]), headers, body };
}

const SAFE = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};
const HEAD = ['host: hub', 'connection: close'];
const key = () => `authorization: Bearer ${store.key}`;
const get = (path: string) => [`GET ${path} HTTP/1.1`, ...HEAD, '', ''];

describe('an answer that no route makes', () => {
  it.each<[string, number, string, () => readonly string[]]>([
    ['to a path that is none', 404, 'NotFound', () => get('/none')],
    ['to a method that no route has', 404, 'NotFound', () => ['PUT /api/v1/orders HTTP/1.1', ...HEAD, key(), '', '']],
    ['to who has no key', 401, 'Unauthorized', () => get('/api/v1/orders')],
    ['to a URL that cannot be read', 400, 'FST_ERR_BAD_URL', () => get('/api/v1/orders/%zz')],
    [
      'to a URL with a part that is too long',
      414,
      'FST_ERR_MAX_PARAM_LENGTH',
      () => get(`/api/v1/orders/${'1'.repeat(400)}`),
    ],
    [
      'to a body that is too long',
      413,
      'FST_ERR_CTP_BODY_TOO_LARGE',
      () => [
        'POST /api/v1/orders/1.1/acknowledge HTTP/1.1',
        ...HEAD,
        key(),
        'content-type: application/json',
        'content-length: 9999999',
        '',
        '{',
      ],
    ],
    [
      'to a body of a kind that nothing takes',
      415,
      'FST_ERR_CTP_INVALID_MEDIA_TYPE',
      () => [
        'POST /api/v1/orders/1.1/acknowledge HTTP/1.1',
        ...HEAD,
        key(),
        'content-type: text/html',
        'content-length: 1',
        '',
        '{',
      ],
    ],
    [
      'to a body that is no JSON',
      400,
      'FST_ERR_CTP_INVALID_JSON_BODY',
      () => [
        'POST /api/v1/orders/1.1/acknowledge HTTP/1.1',
        ...HEAD,
        key(),
        'content-type: application/json',
        'content-length: 1',
        '',
        '{',
      ],
    ],
    ['to what is no HTTP', 400, 'MalformedRequest', () => ['\x16\x03\x01 <script>alert(1)</script>', '', '']],
    [
      'to two lengths of one body',
      400,
      'MalformedRequest',
      () => ['POST / HTTP/1.1', ...HEAD, 'content-length: 1', 'content-length: 2', '', ''],
    ],
    [
      'to headers without end',
      431,
      'HeadersTooLarge',
      () => ['GET / HTTP/1.1', ...HEAD, `x: ${'x'.repeat(40_000)}`, '', ''],
    ],
    ['to a head that stops in the middle', 408, 'RequestTimeout', () => ['GET / HTTP/1.1', 'host: h']],
  ])('%s (%i) is a problem document with the headers of all others', async (_what, status, type, lines) => {
    const answer = await answerTo(lines(), (status === 408 ? hasty : rig).hub.url);
    expect(answer).toMatchObject({
      status,
      headers: { ...SAFE, 'content-type': expect.stringMatching(/^application\/problem\+json/) },
    });
    expect(JSON.parse(answer.body)).toMatchObject({ type, status });
    expect(answer.body).not.toMatch(/<script>|node_modules| {4}at /);
  });

  it.each<[string, readonly string[]]>([
    ['a path that is none', get('/none')],
    ['a URL that cannot be read', get('/%zz')],
    ['what is no HTTP', ['\x16\x03\x01', '', '']],
    ['the figures', get('/metrics')],
  ])('of the port of metrics, to %s, has them too', async (_what, lines) => {
    expect((await answerTo(lines, rig.hub.probesUrl)).headers).toMatchObject(SAFE);
  });
});

describe('every route', () => {
  it('answers with them, to who has a key and to who has none', async () => {
    const routes = rig.hub.routes.filter(({ url }) => !url.startsWith('/docs'));
    expect(routes.length).toBeGreaterThan(50);
    for (const { method, url } of routes)
      for (const authorization of [`Bearer ${store.key}`, '']) {
        const path = url.replaceAll(/:[a-zA-Z]+/g, '1').replaceAll('*', 'x');
        const { headers } = await fetch(rig.hub.url + path, { method, headers: { authorization } });
        expect([method, url, Object.fromEntries(headers)]).toEqual([method, url, expect.objectContaining(SAFE)]);
      }
  });
});
