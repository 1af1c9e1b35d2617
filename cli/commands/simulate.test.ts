import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { genericWire } from '../../simulator/wires/generic.ts';
import { wires } from '../../simulator/wires/index.ts';
import { loadManifests } from '../manifests.ts';
import { manifests, nextSteps, runSimulate } from './simulate.ts';

const EXAMPLE = join(import.meta.dirname, '..', '..', 'examples', 'simulate');

describe('supercargo simulate', () => {
  it('prints what examples/simulate holds, and what admission takes', async () => {
    const file = await readFile(join(EXAMPLE, 'simulate.yaml'), 'utf8');
    expect(file.split('\n').slice(1).join('\n').trimEnd()).toBe(
      manifests(genericWire, 'http://127.0.0.1:3900/supercargo/v1'),
    );
    expect((await loadManifests(EXAMPLE)).faults).toEqual([]);
  });

  it('says what to do next with the platform and the port that it has, and with which settings and keys', () => {
    expect(nextSteps(genericWire, 'http://127.0.0.1:3900/supercargo/v1')[0]).toContain('up -f examples/simulate ');
    const [command, own] = nextSteps(wires().get('shopify')!, 'http://127.0.0.1:4900/admin');
    expect(command).toContain('simulate shopify --print-manifests --port 4900 > shop.yaml');
    expect(own).toContain('settings {"url":"http://127.0.0.1:4900"}');
    expect(own).toContain('"accessToken":"shpat_simulated-store-key"');
    expect(nextSteps(genericWire, 'http://127.0.0.1:4900/supercargo/v1')[0]).toContain('--port 4900');
  });

  it('is another shop for another seed, so that one namespace can have two', async () => {
    const shopOf = async (seed: number) => {
      const stop = new AbortController();
      const { promise, resolve } = Promise.withResolvers<string>();
      const command = { port: 0, seed, products: 1, orders: 1, fault: '', rate: 0 };
      const running = runSimulate(command, resolve, stop.signal);
      const [, url] = /store: (\S+)/.exec(await promise)!;
      const answer = await fetch(`${url}/shop`, { headers: { authorization: 'Bearer simulated-store-key' } });
      const { shop } = (await answer.json()) as { shop: { id: string } };
      stop.abort();
      await running;
      return shop.id;
    };
    const ids = [await shopOf(1), await shopOf(2), await shopOf(1)];
    expect([ids[0] === ids[2], ids[0] === ids[1]]).toEqual([true, false]);
  });

  it('says that its port is taken, and what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const command = { port, seed: 1, products: 1, orders: 1, fault: '', rate: 0 };
    const running = runSimulate(command, () => undefined, AbortSignal.abort()).finally(() => other.close());
    await expect(running).rejects.toThrow(
      `port ${port} of 127.0.0.1 is taken by another program: name another with --port, or 0 for a free one`,
    );
  });

  it('names the platforms there are when one is asked for that it does not speak', async () => {
    const command = { name: 'nowhere', port: 0, seed: 1, products: 1, orders: 1, fault: '', rate: 0 };
    await expect(runSimulate(command, () => undefined, AbortSignal.abort())).rejects.toThrow(
      /no simulated nowhere: choose from generic/,
    );
  });

  it('names the faults there are when one is misspelt', async () => {
    const command = { port: 0, seed: 1, products: 1, orders: 1, fault: 'tyes', rate: 0 };
    await expect(runSimulate(command, () => undefined, AbortSignal.abort())).rejects.toThrow(
      /unknown fault tyes: choose from ties, /,
    );
  });
});
