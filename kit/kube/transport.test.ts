import { afterEach, describe, expect, it } from '@jest/globals';
import { KubeConfig } from '@kubernetes/client-node';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { createClient } from './kube-config.ts';
import { isApiError } from './errors.ts';

const PODS = { apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  let connections = 0;
  const server = createServer(answer).on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'c', server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, skipTLSVerify: true },
    { name: 'u', token: 't' },
  );
  const registry = new Registry();
  const client = createClient(config, { registry });
  closing.push(() => {
    void client.close();
    server.closeAllConnections();
    server.close();
  });
  return { client, registry, connections: () => connections };
}

describe('the client', () => {
  it('makes a hundred requests one after another on a connection or two, not on a hundred', async () => {
    const { client, connections } = await serve((_request, response) => response.end('{}'));
    for (let count = 0; count < 100; count += 1) await client.get(PODS, 'a', 'n');
    expect(connections()).toBeLessThanOrEqual(2);
  });

  it('fails a request that is under way when it is closed, and leaves no rejection that nobody handles', async () => {
    const arrived = Promise.withResolvers<void>();
    const { client } = await serve(() => arrived.resolve());
    const unhandled: unknown[] = [];
    const note = (error: unknown) => void unhandled.push(error);
    process.on('unhandledRejection', note);
    const asked = client.get(PODS, 'a', 'n').catch((error: unknown) => error);
    await arrived.promise;
    await client.close();
    expect(await asked).toMatchObject({ reason: 'Unavailable' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  const answers: [number, string, string][] = [
    [404, '{"kind":"Status","reason":"NotFound","message":"pods \\"a\\" not found"}', 'NotFound'],
    [409, '{"reason":"AlreadyExists","message":"exists"}', 'AlreadyExists'],
    [409, '{"reason":"Conflict","message":"modified"}', 'Conflict'],
    [403, '{"message":"no"}', 'Forbidden'],
    [422, '{"message":"invalid"}', 'Invalid'],
    [503, '<html>proxy</html>', 'Unavailable'],
  ];
  it.each(answers)('turns %i %s into %s', async (status, body, reason) => {
    const { client } = await serve((_request, response) => response.writeHead(status).end(body));
    await expect(client.get(PODS, 'a', 'n')).rejects.toMatchObject({ name: 'ApiError', reason, status });
  });

  it('gives undefined for what is not there, and knows how long a busy server wants it to wait', async () => {
    const { client } = await serve((request, response) =>
      request.url?.endsWith('/gone')
        ? response.writeHead(404).end('{}')
        : response.writeHead(429, { 'retry-after': '3' }).end('{}'),
    );
    expect(await client.find(PODS, 'gone', 'n')).toBeUndefined();
    await expect(client.find(PODS, 'busy', 'n')).rejects.toMatchObject({
      reason: 'TooManyRequests',
      retryAfterMs: 3000,
    });
  });

  it('reads watch lines that are split anywhere, also within a character', async () => {
    const text = Buffer.from(
      ['ADDED', 'MODIFIED']
        .map((type) => `${JSON.stringify({ type, object: { metadata: { name: 'Größe' } } })}\n`)
        .join(''),
    );
    const { client } = await serve((_request, response) => {
      for (let at = 0; at < text.length; at += 7) response.write(text.subarray(at, at + 7));
      response.end();
    });
    const seen: string[] = [];
    for await (const { type, object } of client.watch(PODS, {
      resourceVersion: '1',
      timeoutSeconds: 1,
      signal: new AbortController().signal,
    }))
      seen.push(`${type} ${object.metadata.name}`);
    expect(seen).toEqual(['ADDED Größe', 'MODIFIED Größe']);
  });

  it('throws the error that a watch stream carries', async () => {
    const { client } = await serve((_request, response) =>
      response.end('{"type":"ERROR","object":{"code":410,"message":"too old"}}\n'),
    );
    const watch = client.watch(PODS, { resourceVersion: '1', timeoutSeconds: 1, signal: new AbortController().signal });
    await expect(watch.next()).rejects.toMatchObject({ reason: 'Gone' });
  });

  it('makes no write that its guard refuses, and counts requests by code', async () => {
    const { client, registry } = await serve((_request, response) => response.end('{}'));
    const guarded = client.withWriteGuard(new AbortController().signal, () => {
      throw new Error('not leading');
    });
    await guarded.get(PODS, 'a', 'n');
    expect(() => guarded.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } })).toThrow(
      'not leading',
    );
    expect(await registry.metrics()).toMatch(
      /rest_client_requests_total\{code="200",method="GET",host="127.0.0.1:\d+"\} 1/,
    );
  });

  it('tells a server that is not there from one that refuses', async () => {
    const { client } = await serve((request) => request.destroy());
    const error: unknown = await client.get(PODS, 'a', 'n').catch((failure: unknown) => failure);
    expect(isApiError(error, 'Unavailable')).toBe(true);
  });
});
