import { describe, expect, it } from '@jest/globals';
import { Counter, Registry } from 'prom-client';
import { startHealthServer } from './health.ts';

async function ask(path: string, problems: { live?: string; ready?: string } = {}): Promise<string> {
  const registry = new Registry();
  new Counter({ name: 'things_total', help: 'x', registers: [registry] }).inc(3);
  const server = await startHealthServer({
    port: 0,
    registry,
    live: [{ name: 'watches', check: () => problems.live }],
    ready: [{ name: 'caches', check: () => problems.ready }],
  });
  const answer = await fetch(`http://127.0.0.1:${server.port}${path}`);
  const body = await answer.text();
  await server.close();
  return `${answer.status} ${body}`;
}

describe('the health server', () => {
  it('is well when all checks are', async () => {
    expect(await ask('/healthz')).toBe('200 [+] watches\nok\n');
    expect(await ask('/readyz?verbose')).toBe('200 [+] caches\nok\n');
  });

  it('names the check that fails and why: people see it in the events of the pod', async () => {
    expect(await ask('/healthz', { live: 'the watch of feeds has been silent for too long' })).toBe(
      '503 [-] watches: the watch of feeds has been silent for too long\nfailed\n',
    );
    expect(await ask('/healthz', { ready: 'not yet' })).toMatch(/^200/);
    expect(await ask('/readyz', { ready: 'not yet' })).toMatch(/^503/);
  });

  it('serves metrics', async () => {
    expect(await ask('/metrics')).toContain('things_total 3');
  });

  it('serves metrics that come in pieces, whole', async () => {
    async function* parts() {
      for (const part of ['a 1\n', 'b 2\n']) yield part;
    }
    const registry = { contentType: 'text/plain', metrics: () => Promise.reject(new Error('not as one')), parts };
    const server = await startHealthServer({ port: 0, registry, live: [], ready: [] });
    const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`);
    expect(await answer.text()).toBe('a 1\nb 2\n');
    await server.close();
  });

  it('says where to look for anything else', async () => {
    expect(await ask('/other')).toMatch(/^404 try \/healthz/);
  });
});
