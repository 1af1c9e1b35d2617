import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { z } from 'zod';
import { hubApi } from '../../cli/hub-api.ts';
import type { Target } from '../../cli/target.ts';
import { readCertificate } from '../../kit/net/certificate.ts';
import { systemClock } from '../../kit/clock.ts';
import type { PodPort } from '../../kit/kube/pod-port.ts';
import { overTls } from '../../kit/kube/tls-way.ts';
import { openTunnel } from '../../kit/kube/tunnel.ts';
import { createHubClient as operatorClient } from '../../operator/hub.ts';
import { createHubClient as podClient } from '../../sync/hub-client.ts';
import { createCa, type Issued, type TestCa } from '../support/certificates.ts';
import { HubRig, until } from '../support/hub-rig.ts';
import { MountedSecret } from '../support/mounted-secret.ts';
import { ownDatabase } from '../support/postgres.ts';

const certificateOf = ({ data }: MountedSecret) =>
  readCertificate({ folder: data, whose: 'the hub', setting: 'hub.tls.secretName' });

const HERE = ['IP:127.0.0.1', 'DNS:supercargo-hub.system.svc'];
let ca: TestCa;
let secret: MountedSecret;
let rig: HubRig;
/** A clock by which twelve seconds of patience are over at once. */
const hasty = () => {
  let now = 0;
  return { ...systemClock, sleep: async () => {}, now: () => new Date((now += 20_000)) };
};
const pod = (trusted: string | undefined, url = rig.hub.url) =>
  podClient({ url, ca: trusted, clock: hasty(), token: async () => 'nobody' });

beforeAll(async () => {
  ca = createCa();
  secret = new MountedSecret();
  secret.put(ca.issue(HERE));
  rig = await HubRig.start(await ownDatabase(), { tls: { read: () => certificateOf(secret), everyMs: 20 } });
}, 60_000);
afterAll(async () => {
  await rig?.stop();
  rmSync(secret.folder, { recursive: true });
});

/** The serial number of what the hub shows to who connects now, trusted or not. */
const shown = () =>
  new Promise<string>((resolve, reject) => {
    const to = { port: Number(new URL(rig.hub.url).port), host: '127.0.0.1', rejectUnauthorized: false };
    const socket = connectTls(to, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.once('error', reject);
  });

/** Mounts another, and waits until the hub shows it. */
async function renew(issued: Issued): Promise<void> {
  const before = await shown();
  secret.put(issued);
  await until(async () => (await shown()) !== before, 'the renewed certificate');
}

async function operatorAsks(trusted: string): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'supercargo-operator-'));
  try {
    writeFileSync(join(folder, 'token'), 'nobody');
    writeFileSync(join(folder, 'ca.crt'), trusted);
    const client = operatorClient(rig.hub.url, join(folder, 'token'), join(folder, 'ca.crt'));
    const key = { kind: 'Connection', namespace: 'n', name: 'c' } as const;
    return await client.forget(key, 'Retain', AbortSignal.timeout(25_000)).catch((error: Error) => error.message);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('a hub with a certificate of a CA of its own', () => {
  it('speaks https and nothing else on its port', async () => {
    expect(rig.hub.url).toMatch(/^https:/);
    await expect(fetch(rig.hub.url.replace('https:', 'http:'))).rejects.toThrow();
  });

  it('is trusted by a pod that was given the CA: the answer is about its token', async () => {
    await expect(pod(ca.cert).claimHooks(1)).rejects.toMatchObject({ status: 401 });
  });

  it('is trusted by the operator that was given the CA', async () => {
    expect(await operatorAsks(ca.cert)).toBe('the hub answered 401');
  });

  it('is refused with another CA, and with none, in words that name the remedy', async () => {
    const words =
      'the certificate of the hub is not signed by a CA that is trusted here: ca.crt in the Secret of hub.tls.secretName must hold the CA that signed it';
    const another = createCa('another').cert;
    await expect(pod(another).claimHooks(1)).rejects.toThrow(words);
    await expect(pod(undefined).claimHooks(1)).rejects.toThrow(words);
    expect(await operatorAsks(another)).toBe(words);
  });

  it('is refused under a name that is not in its certificate', async () => {
    const port = new URL(rig.hub.url).port;
    await expect(pod(ca.cert, `https://localhost:${port}`).claimHooks(1)).rejects.toThrow(
      'the certificate of the hub does not name localhost: have it issued for that name too',
    );
  });

  it('is refused by a command that was not told its CA, with what to set', async () => {
    const target = { hub: async () => ({ url: rig.hub.url, key: 'sck_nobody' }) } as unknown as Target;
    const api = await hubApi(target, {});
    await expect(api.get(z.unknown(), '/orders')).rejects.toThrow(
      'the certificate of the hub is not signed by a CA that is trusted here: the file that NODE_EXTRA_CA_CERTS names must hold the CA that signed it',
    );
  });

  it('is reached through a tunnel, which speaks TLS to the pod and http to who uses it', async () => {
    const tunnel = await openTunnel({
      pick: async () => ({ namespace: 'n', pod: 'hub', port: Number(new URL(rig.hub.url).port), tls: true }),
      connect: overTls(async ({ port }: PodPort, stream: Duplex) => {
        const far = connectTcp(port, '127.0.0.1');
        stream.pipe(far).pipe(stream);
        return {
          closed: new Promise<void>((resolve) => far.once('close', () => resolve())),
          close: () => void far.destroy(),
        };
      }),
      clock: systemClock,
      patienceMs: 1000,
    });
    const answers = await Promise.all([1, 2, 3].map(() => fetch(`${tunnel.url}/healthz`)));
    expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual(Array(3).fill({ status: 'ok' }));
    await tunnel.close();
  });
});

describe('a certificate that is renewed', () => {
  it('is in force without a restart, and an unusable one leaves the one before in force', async () => {
    const before = await shown();
    const client = pod(ca.cert);
    await expect(client.claimHooks(1)).rejects.toMatchObject({ status: 401 });
    secret.put({ ...ca.issue(HERE), key: ca.issue(HERE).key });
    await systemClock.sleep(200);
    expect(await shown()).toBe(before);
    await renew(ca.issue(HERE));
    await expect(client.claimHooks(1)).rejects.toMatchObject({ status: 401 });
  });

  it('that has expired is said to have', async () => {
    await renew(ca.issue(HERE, -1));
    await expect(pod(ca.cert).claimHooks(1)).rejects.toThrow('the certificate of the hub has expired: renew it');
  });

  it('by another CA is trusted by who was given both', async () => {
    const next = createCa('next');
    await renew(next.issue(HERE));
    await expect(pod(`${ca.cert}\n${next.cert}`).claimHooks(1)).rejects.toMatchObject({ status: 401 });
    await expect(pod(ca.cert).claimHooks(1)).rejects.toThrow('not signed by a CA');
  });
});

describe('a Secret that does not do', () => {
  it('ends the start with what it must hold', async () => {
    const mounted = new MountedSecret();
    await expect(certificateOf(mounted)).rejects.toThrow('the Secret named in hub.tls.secretName must hold tls.key');
    mounted.put({ ...ca.issue(HERE), key: ca.issue(HERE).key });
    await expect(certificateOf(mounted)).rejects.toThrow('tls.crt and tls.key must be PEM and belong together');
    rmSync(mounted.folder, { recursive: true });
  });
});
