import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { connect } from 'node:net';
import { webhookMasterKey } from '../../hub/base/secrets.ts';
import { claimHooks } from '../../hub/inbound/hook-queue.ts';
import { hookUrl } from '../../hub/base/hook-url.ts';
import { HubRig, type TestStore } from '../support/hub-rig.ts';
import { ownDatabase } from '../support/postgres.ts';

jest.setTimeout(60_000);

const MIB = 1024 * 1024;

let rig: HubRig;
let store: TestStore;

beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase());
  store = await rig.store();
});
afterAll(async () => rig.stop());

async function door(name: string): Promise<{ url: string; id: number }> {
  const { connectionId: id } = await store.connect(name, { catalogue: false });
  return { url: hookUrl(rig.hub.url, await webhookMasterKey(rig.db), id), id };
}
const send = async (url: string, bytes: number, id: string) =>
  (
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'webhook-id': id },
      body: 'x'.repeat(bytes),
    })
  ).status;

describe('webhooks of a store', () => {
  it('are taken up to sixteen MiB that wait, whatever their number, and then refused until some were read', async () => {
    const { url, id } = await door('flood');
    const answers: number[] = [];
    for (let index = 0; index < 24; index++) answers.push(await send(url, 900_000, `big-${index}`));
    expect(answers.slice(0, 18)).toEqual(Array.from({ length: 18 }, () => 202));
    expect(answers.slice(18)).toEqual(Array.from({ length: 6 }, () => 429));
    await rig.db.query(`UPDATE inbound_hooks SET state = 'Accepted', body = '' WHERE connection_id = $1`, [id]);
    expect(await send(url, 900_000, 'after')).toBe(202);
  });

  it('are not taken where one alone is larger than a MiB', async () => {
    expect(await send((await door('large')).url, 2 * MIB, 'one')).toBe(413);
  });

  it('reach the pod in answers of about a MiB, the oldest first, and at least one', async () => {
    const { url, id } = await door('claims');
    for (const [index, bytes] of [1_000_000, 600_000, 600_000, 10, 20].entries()) await send(url, bytes, `m-${index}`);
    const sizes: number[][] = [];
    for (;;) {
      const claimed = await claimHooks(rig.db, id, 100);
      if (claimed.length === 0) break;
      sizes.push(claimed.map(({ body }) => Buffer.from(body, 'base64').length));
      await rig.db.query(`DELETE FROM inbound_hooks WHERE id = ANY ($1)`, [claimed.map((hook) => hook.id)]);
    }
    expect(sizes).toEqual([
      [1_000_000, 600_000],
      [600_000, 10, 20],
    ]);
  });
});

describe('the hub', () => {
  it.each(['/docs', '/api/v1/orders', '/healthz'])(
    'tells browsers to load nothing from elsewhere at %s',
    async (path) => {
      const { headers } = await fetch(rig.hub.url + path, { redirect: 'manual' });
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    },
  );

  it('has a documentation page that names no other host', async () => {
    const page = await (await fetch(`${rig.hub.url}/docs/`)).text();
    expect(page).toContain('openapi');
    expect(page.match(/https?:\/\/[^"'\s<]+/g) ?? []).toEqual([]);
  });

  it('does not wait for a request that comes drop by drop', async () => {
    // A hub of its own: a request of the others may take its time on a busy machine.
    const strict = await HubRig.start(await ownDatabase(), { requestTimeoutMs: 2000 });
    const { port } = new URL(strict.hub.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      'POST /api/v1/stock HTTP/1.1\r\nhost: hub\r\ncontent-length: 1000000\r\ncontent-type: application/json\r\n\r\n{',
    );
    const drip = setInterval(() => socket.write(' '), 1000);
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
      socket.on('error', () => resolve(text));
    });
    clearInterval(drip);
    await strict.stop();
    expect(answer).toMatch(/^HTTP\/1\.1 (401|408)/);
  });
});
