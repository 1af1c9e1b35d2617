import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createContext, runInContext } from 'node:vm';
import { HubRig } from '../support/hub-rig.ts';
import { ownDatabase } from '../support/postgres.ts';

jest.setTimeout(60_000);

let rig: HubRig;
let address: string;
let policy: string;
let page: string;

beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase());
  address = `${rig.hub.url}/docs/`;
  const answer = await fetch(address);
  policy = answer.headers.get('content-security-policy')!;
  page = await answer.text();
});
afterAll(async () => rig.stop());

/** What the page's own script hands to the program that draws it, by running that script. */
function settingsOf(html: string): Record<string, unknown>[] {
  const given: Record<string, unknown>[] = [];
  const context = createContext({
    Scalar: { createApiReference: (_where: unknown, settings: Record<string, unknown>) => given.push(settings) },
  });
  for (const [, script] of html.matchAll(/<script(?![^>]*\bsrc=)[^>]*>(.*?)<\/script>/gs))
    runInContext(script!, context);
  return JSON.parse(JSON.stringify(given)) as Record<string, unknown>[];
}

it('is drawn without fonts, telemetry, proxy, agent or tools of others', () => {
  expect(settingsOf(page)).toEqual([
    expect.objectContaining({
      withDefaultFonts: false,
      telemetry: false,
      proxyUrl: '',
      hideClientButton: true,
      showDeveloperTools: 'never',
      mcp: { disabled: true },
      agent: { disabled: true },
      url: expect.stringMatching(/^\.\/[\w.]+$/),
    }),
  ]);
});

it('has every file that it loads from this hub, and there they are', async () => {
  const loaded = [...page.matchAll(/\b(?:src|href)\s*=\s*["']?([^"'\s>]+)/g)].map(([, file]) => file!);
  const { url } = settingsOf(page)[0] as { url: string };
  expect(loaded.length).toBeGreaterThan(0);
  for (const file of [...loaded, url]) {
    const at = new URL(file, address);
    expect([file, at.origin]).toEqual([file, rig.hub.url]);
    expect([file, (await fetch(at)).status]).toEqual([file, 200]);
  }
});

it('lets a browser load, ask and tell nothing elsewhere, whatever the script would', () => {
  const directives = policy.split('; ').map((directive) => directive.split(' '));
  expect(Object.fromEntries(directives)).toMatchObject({ 'default-src': "'none'", 'connect-src': "'self'" });
  const sources = new Set(directives.flatMap(([, ...sources]) => sources));
  expect([...sources].sort()).toEqual(["'none'", "'self'", "'unsafe-eval'", "'unsafe-inline'", 'data:']);
});

it.each(['evil.example', 'a:99999'])('is sent nowhere else where the Host is %s', async (host) => {
  const answer = await answerTo('/docs', host);
  expect(answer).toMatch(/^HTTP\/1\.1 301 .*\r\nlocation: \/docs\/\r\n/s);
});

it.each(['[', 'a b', '%', '<script>'])('is refused in a problem document where the Host is none: %s', async (host) => {
  for (const path of ['/docs', '/docs/', '/docs/js/scalar.js', '/docs/openapi.json']) {
    const answer = await answerTo(path, host);
    expect([path, answer.split('\r\n')[0]]).toEqual([path, 'HTTP/1.1 400 Bad Request']);
    expect(answer).toContain('the Host header of the request names no host');
  }
});

/** The answer to a Host that no client library would send. */
async function answerTo(path: string, host: string): Promise<string> {
  const socket = connect(Number(new URL(rig.hub.url).port), '127.0.0.1');
  let said = '';
  socket.on('data', (data: Buffer) => (said += data.toString()));
  socket.write(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
  await once(socket, 'close');
  return said;
}
