import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { carrySafeHeaders } from './safe-headers.ts';

describe('a server that closes', () => {
  it('has the safe headers in its refusals too', async () => {
    const app = Fastify({ logger: false });
    carrySafeHeaders(app);
    app.get('/', () => 'here');
    const stopped = Promise.withResolvers<void>();
    const closing = Promise.withResolvers<void>();
    app.addHook('preClose', () => {
      closing.resolve();
      return stopped.promise;
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const agent = new Agent({ keepAlive: true });
    const ask = async () => {
      const [answer] = await once(request({ port, host: '127.0.0.1', agent }).end(), 'response');
      answer.resume();
      await once(answer, 'end');
      return answer;
    };
    expect((await ask()).statusCode).toBe(200);
    const closed = app.close();
    await closing.promise;
    const { statusCode, headers } = await ask();
    stopped.resolve();
    agent.destroy();
    await closed;
    expect(statusCode).toBe(503);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  });
});
