import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import { get } from 'node:https';
import { connect } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { Registry } from 'prom-client';
import { startHealthServer } from '../../kit/health.ts';
import { systemClock } from '../../kit/clock.ts';
import { createLogger } from '../../kit/log.ts';
import { readCertificate } from '../../kit/net/certificate.ts';
import { createCa, type Issued, type TestCa } from '../support/certificates.ts';
import { HubRig, until } from '../support/hub-rig.ts';
import { MountedSecret } from '../support/mounted-secret.ts';
import { ownDatabase } from '../support/postgres.ts';

/** What is at that address over TLS, and the certificate that was shown. */
interface Said {
  readonly status: number;
  readonly body: string;
  readonly serial: string;
}

const HERE = ['IP:127.0.0.1'];
let ca: TestCa;
const secrets: MountedSecret[] = [];
const running: (() => Promise<void>)[] = [];

beforeAll(() => {
  ca = createCa();
});
afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});
afterAll(() => {
  for (const { folder } of secrets) rmSync(folder, { recursive: true });
});

function ask(port: number, path: string, shown?: Issued): Promise<Said> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, ca: ca.cert, agent: false as const, ...shown };
    get(options, (response) => {
      let body = '';
      const { serialNumber: serial } = (response.socket as TLSSocket).getPeerCertificate();
      response.on('data', (part: Buffer) => (body += part.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body, serial }));
    }).once('error', reject);
  });
}

function secretWith(clientCa?: string): MountedSecret {
  const secret = new MountedSecret();
  secrets.push(secret);
  secret.put(ca.issue(HERE), clientCa);
  return secret;
}

const sourceOf = ({ data }: MountedSecret, clients: boolean) => ({
  read: () => readCertificate({ folder: data, whose: 'it', setting: 'metrics.tls.secretName', clients }),
  everyMs: 20,
});

/** The port of an operator or sync pod, and that of a hub: each has a server of its own. */
const PARTS = {
  async operator(secret: MountedSecret, clients: boolean): Promise<number> {
    const registry = new Registry();
    const log = createLogger('test', 'silent');
    const tls = { ...sourceOf(secret, clients), whose: 'the operator', clock: systemClock, log };
    const server = await startHealthServer({ port: 0, registry, live: [], ready: [], tls });
    running.push(() => server.close());
    return server.port;
  },
  async hub(secret: MountedSecret, clients: boolean): Promise<number> {
    const rig = await HubRig.start(await ownDatabase(), { metricsPort: 0, metricsTls: sourceOf(secret, clients) });
    running.push(() => rig.stop());
    return Number(new URL(rig.hub.probesUrl).port);
  },
} as const;

describe.each(['operator', 'hub'] as const)('metrics of the %s with metrics.tls', (part) => {
  it('are given over TLS alone', async () => {
    const port = await PARTS[part](secretWith(), false);
    expect(await ask(port, '/metrics')).toMatchObject({ status: 200 });
    expect(await ask(port, '/readyz')).toMatchObject({ status: 200 });
    await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow();
  }, 60_000);

  it('are given to those alone who show a certificate of the CA, where that is asked for', async () => {
    const clients = createCa('clients');
    const port = await PARTS[part](secretWith(clients.cert), true);
    for (const stranger of [undefined, createCa('another').issue(HERE), clients.issue(HERE, -1)]) {
      const said = await ask(port, '/metrics', stranger);
      expect(said).toMatchObject({ status: 403, body: expect.stringContaining('metrics.tls.secretName') });
    }
    expect(await ask(port, '/metrics', clients.issue(HERE))).toMatchObject({ status: 200 });
    // A kubelet that probes has no certificate.
    for (const probe of ['/healthz', '/readyz']) expect(await ask(port, probe)).toMatchObject({ status: 200 });
  }, 60_000);

  it('have a renewed certificate without a restart', async () => {
    const secret = secretWith();
    const port = await PARTS[part](secret, false);
    const { serial } = await ask(port, '/healthz');
    secret.put(ca.issue(HERE));
    await until(async () => (await ask(port, '/healthz')).serial !== serial, 'the renewed certificate');
  }, 60_000);
});

it('who connects to metrics over TLS and says nothing is let go', async () => {
  const silent = async (part: keyof typeof PARTS) => {
    const socket = connect(await PARTS[part](secretWith(), false), '127.0.0.1');
    await new Promise((resolve) => socket.once('close', resolve).once('error', () => {}));
  };
  await Promise.all([silent('operator'), silent('hub')]);
}, 60_000);

it('an operator does not begin with a Secret that does not do, and says what it must hold', async () => {
  await expect(PARTS.operator(secretWith(), true)).rejects.toThrow(
    'the certificate of it cannot be read: the Secret named in metrics.tls.secretName must hold ca.crt',
  );
  await expect(PARTS.operator(secretWith('no CA'), true)).rejects.toThrow(
    'it cannot use its certificate: in the Secret named in metrics.tls.secretName, tls.crt, tls.key and ca.crt must be PEM',
  );
});
