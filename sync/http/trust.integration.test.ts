import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSigned } from '../../test/stores/vendure/self-signed.ts';

let shop: Server;
let folder: string;
const at = (file: string) => join(folder, file);

/** A shop whose certificate no CA of the system has signed: its owner hands it out, as a house does with its CA. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'supercargo-trust-'));
  const { key, cert } = selfSigned('localhost');
  writeFileSync(at('ca.crt'), cert);
  shop = createServer({ key, cert }, (_, response) => response.end('from the shop'));
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  shop.close();
  rmSync(folder, { recursive: true });
});

/** What the engine's own transport says in a process as a pod has it. */
function inPod(env: Record<string, string>): Promise<string> {
  const script = `
    import { socketTransport } from ${JSON.stringify(join(import.meta.dirname, 'transport.ts'))};
    import { OWN_MACHINE } from ${JSON.stringify(join(import.meta.dirname, '../../kit/net/addresses.ts'))};
    import { networkError } from ${JSON.stringify(join(import.meta.dirname, 'network-errors.ts'))};
    const transport = socketTransport(OWN_MACHINE);
    const url = 'https://localhost:${(shop.address() as AddressInfo).port}/';
    const said = await transport.send({ url, method: 'GET', headers: {}, timeoutMs: 5000 }).then(
      ({ body }) => Buffer.from(body).toString(), (error) => networkError(error).details.reason);
    console.log(said);
    await transport.close();`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { env });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
  return new Promise((resolve) => child.on('close', () => resolve(said.trim())));
}

describe('a shop behind a CA of somebody’s own', () => {
  it('is not believed', async () => {
    expect(await inPod({})).toBe('CertificateInvalid');
  });

  it('is, where the pod was given the CA as sync.trust of the chart does it', async () => {
    expect(await inPod({ NODE_EXTRA_CA_CERTS: at('ca.crt') })).toBe('from the shop');
  });
});
