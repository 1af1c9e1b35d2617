import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { readCredential } from './read-credential.ts';
import type { AnyConnection, EngineOptions } from './options.ts';

/** What comes of it, and how often the Secret was read for it. */
async function read(url: string, hosts: readonly string[] | undefined): Promise<[string, number]> {
  let reads = 0;
  const options = {
    definition: {
      manifest: { hosts: [{ setting: 'url' }, 'login.example'] },
      credential: z.object({ apiKey: z.string() }),
    },
    credential: { secretName: 'key', keys: {}, recheckMs: 1, hosts },
    readSecret: async () => ((reads += 1), { apiKey: 'secret' }),
  } as unknown as EngineOptions;
  const connection = { metadata: { name: 'shop' }, spec: { settings: { url }, credentialRef: { name: 'key' } } };
  const outcome = await readCredential(connection as unknown as AnyConnection, options);
  return [outcome.ok ? 'read' : `${outcome.reason}: ${outcome.message}`, reads];
}

it.each<[url: string, hosts: readonly string[] | undefined]>([
  ['https://anything.example', undefined],
  ['https://shop.example', ['shop.example']],
  ['https://SHOP.example/path', ['Shop.Example']],
  ['http://shop.example', ['shop.example']],
  ['https://shop.example:8443/x', ['other.example', 'shop.example:8443']],
  ['https://a.b.shop.example', ['*.shop.example']],
  ['http://[2001:DB8:0::1]/x', ['[2001:db8::1]']],
  ['http://[::1]:3000', ['[0:0:0:0:0:0:0:1]:3000']],
  ['http://2130706433/', ['127.0.0.1']],
])('the Secret of a connection to %s is read where its keys may go to %j', async (url, hosts) => {
  expect(await read(url, hosts)).toEqual(['read', 1]);
});

it.each<[url: string, hosts: readonly string[]]>([
  ['https://evil.example', ['shop.example']],
  ['https://shop.example', []],
  ['https://shop.example:8443', ['shop.example']],
  ['https://shop.example', ['shop.example:8443']],
  ['https://shop.example.evil.example', ['shop.example']],
  ['https://shop.example@evil.example', ['shop.example']],
  ['https://evilshop.example', ['*.shop.example']],
  ['https://shop.example', ['*.shop.example']],
  ['http://[::1]', ['127.0.0.1', '[::2]', '[::1]:8080']],
  ['http://[::ffff:127.0.0.1]', ['127.0.0.1']],
  // What a driver's maker may write is no name of a host: else the Connection would say itself where the keys may go.
  ['https://evil.example', ['settings.url']],
  ['not an address', ['shop.example']],
])('the Secret of a connection to %s is not even read where its keys may go to %j alone', async (url, hosts) => {
  const [said, reads] = await read(url, hosts);
  expect(said).toMatch(/^HostNotAllowed: the Secret was not read: spec\.settings\.url leads to .+ Credential "key"/);
  expect(said).not.toContain('secret');
  expect(reads).toBe(0);
});
