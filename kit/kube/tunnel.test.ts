import { describe, expect, it } from '@jest/globals';
import { connect as connectTcp, createServer, type AddressInfo, type Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { systemClock, type Clock } from '../clock.ts';
import { ApiError } from './errors.ts';
import type { PodPort } from './pod-port.ts';
import { NotNow, openTunnel, type Tunnel } from './tunnel.ts';

/** Pods that answer with their name, and whose connections break when they die. */
class Pods {
  readonly servers = new Map<string, Server>();
  picked = 0;
  /** Told each time that a pod is looked for. */
  onPick: () => void = () => undefined;

  async start(name: string): Promise<void> {
    const server = createServer((socket) => socket.on('data', () => socket.write(name)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.servers.set(name, server);
  }

  readonly pick = async (): Promise<PodPort> => {
    this.picked++;
    this.onPick();
    const [first] = [...this.servers];
    if (!first) throw new NotNow('no pod is ready');
    return { namespace: 'n', pod: first[0], port: (first[1].address() as AddressInfo).port };
  };

  readonly ways: { readonly pod: string; readonly close: () => void }[] = [];

  readonly connect = async ({ pod, port }: PodPort, stream: Duplex) => {
    const far = connectTcp(port, '127.0.0.1');
    far.on('error', () => undefined);
    const closed = new Promise<void>((resolve) => far.once('close', () => resolve()));
    stream.pipe(far).pipe(stream, { end: false });
    const close = () => void far.destroy();
    this.ways.push({ pod, close });
    return { closed, close };
  };

  kill(name: string): void {
    this.servers.get(name)?.close();
    this.servers.delete(name);
    for (const way of this.ways) if (way.pod === name) way.close();
  }
}

const ask = (tunnel: Tunnel): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connectTcp(Number(new URL(tunnel.url).port), '127.0.0.1', () => socket.write('?'));
    socket.once('data', (data) => {
      resolve(data.toString());
      socket.destroy();
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('broken')));
  });

const open = (pods: Pods, patienceMs = 25_000, clock: Clock = systemClock) =>
  openTunnel({ pick: pods.pick, connect: pods.connect, clock, patienceMs });

/** A clock whose sleep is over at once; time goes on by it alone. */
function sleptClock(): Clock {
  let now = 0;
  return { now: () => new Date(now), sleep: async (ms) => void (now += ms) };
}

describe('a tunnel', () => {
  it('listens on loopback, and reaches the successor of a pod that died', async () => {
    const pods = new Pods();
    await pods.start('one');
    const tunnel = await open(pods);
    expect(tunnel.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await ask(tunnel)).toBe('one');
    pods.kill('one');
    const lookedFor = new Promise<void>((resolve) => (pods.onPick = resolve));
    const answer = ask(tunnel);
    await lookedFor;
    await pods.start('two');
    expect(await answer).toBe('two');
    await tunnel.close();
    pods.kill('two');
  });

  it('breaks what is open when the pod dies, so that nobody waits for an answer that never comes', async () => {
    const pods = new Pods();
    await pods.start('one');
    const tunnel = await open(pods);
    const socket = connectTcp(Number(new URL(tunnel.url).port), '127.0.0.1', () => socket.write('?'));
    await new Promise((resolve) => socket.once('data', resolve));
    const broken = new Promise((resolve) => socket.once('close', resolve));
    pods.kill('one');
    await broken;
    await tunnel.close();
  });

  it('says at once that a right is missing, and waits only for what waiting can mend', async () => {
    const forbidden = new ApiError('Forbidden', 403, 'no');
    let asked = 0;
    const refuse = async (): Promise<PodPort> => {
      asked++;
      throw forbidden;
    };
    await expect(
      openTunnel({ pick: refuse, connect: new Pods().connect, clock: systemClock, patienceMs: 60_000 }),
    ).rejects.toBe(forbidden);
    expect(asked).toBe(1);
    const pods = new Pods();
    await expect(open(pods, 300, sleptClock())).rejects.toThrow('no pod is ready');
    expect(pods.picked).toBeGreaterThan(1);
  });

  it('is closed with everything that is open', async () => {
    const pods = new Pods();
    await pods.start('one');
    const tunnel = await open(pods);
    const socket = connectTcp(Number(new URL(tunnel.url).port), '127.0.0.1', () => socket.write('?'));
    await new Promise((resolve) => socket.once('data', resolve));
    const broken = new Promise((resolve) => socket.once('close', resolve));
    await tunnel.close();
    await broken;
    await expect(ask(tunnel)).rejects.toThrow();
    pods.kill('one');
  });
});
