import { expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../kit/clock.ts';
import { createLogger } from '../../kit/log.ts';
import { createHubClient } from '../../sync/hub-client.ts';
import { followCertificate, readCertificate } from './certificate.ts';

/** A key and a certificate for 127.0.0.1 that signs itself: its own CA. */
function make(folder: string): void {
  const name = ['-subj', '/CN=hub', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const files = ['-keyout', join(folder, 'tls.key'), '-out', join(folder, 'tls.crt')];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', ...name, ...files],
    { stdio: 'ignore' },
  );
}

it('a pod trusts the CA that it was given, and a renewed certificate is served without a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  make(folder);
  const first = await readCertificate(folder);
  const server = createServer({ ...first }, (_request, answer) => void answer.end('{"hooks":[]}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const asks = (ca?: string) =>
    createHubClient({
      url,
      ca,
      clock: { ...systemClock, sleep: async () => {}, now: () => new Date((at += 20_000)) },
      token: async () => 't',
    }).claimHooks(1);
  let at = 0;
  const ending = new AbortController();
  const read = () => readCertificate(folder);
  const log = createLogger('hub', 'silent');
  const follow = followCertificate(
    server,
    { read, current: first, everyMs: 20, clock: systemClock, log },
    ending.signal,
  );
  expect(await asks(first.cert)).toEqual([]);
  await expect(asks()).rejects.toThrow('cannot be reached');
  make(folder);
  const second = await readCertificate(folder);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await asks(second.cert)).toEqual([]);
  await expect(asks(first.cert)).rejects.toThrow('cannot be reached');
  ending.abort();
  await follow;
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});
