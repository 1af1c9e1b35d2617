import { describe, expect, it } from '@jest/globals';
import {
  addressKind,
  AddressForbidden,
  guardedLookup,
  literalForbidden,
  mayCall,
  OWN_MACHINE,
  parseNetwork,
  PUBLIC_ONLY,
  reachOf,
} from './addresses.ts';

describe('a call may be made', () => {
  it.each([
    '8.8.8.8',
    '1.1.1.1',
    '172.15.255.255',
    '172.32.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '2606:4700::1111',
    '2a00:1450::1',
    '::ffff:8.8.8.8',
  ])('to the public address %s', (address) => {
    expect(mayCall(address, [PUBLIC_ONLY])).toBe(true);
  });

  it.each<[string, string]>([
    ['loopback', '127.0.0.1'],
    ['loopback, its far end', '127.255.255.254'],
    ['loopback of IPv6', '::1'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ["link-local, the cloud's metadata", '169.254.169.254'],
    ['link-local of IPv6', 'fe80::1'],
    ['unique local', 'fd00:ec2::254'],
    ['unique local', 'fc00::1'],
    ['carrier NAT', '100.64.0.1'],
    ['carrier NAT', '100.127.255.255'],
    ['this network', '0.0.0.0'],
    ['unspecified', '::'],
    ['multicast', '224.0.0.1'],
    ['multicast', 'ff02::1'],
    ['broadcast', '255.255.255.255'],
    ['reserved', '240.0.0.1'],
    ['documentation', '192.0.2.1'],
    ['documentation', '2001:db8::1'],
    ['benchmarks', '198.18.0.1'],
    ['IPv4 in IPv6, mapped', '::ffff:127.0.0.1'],
    ['IPv4 in IPv6, mapped', '::ffff:7f00:1'],
    ['IPv4 in IPv6, mapped', '::ffff:169.254.169.254'],
    ['IPv4 in IPv6, mapped', '::ffff:10.0.0.1'],
    ['IPv4 in IPv6, compatible', '::127.0.0.1'],
    ['IPv4 in IPv6, compatible, as a URL writes it', '::7f00:1'],
    ['IPv4 in IPv6, compatible', '::a9fe:a9fe'],
    ['IPv4 in IPv6, translated', '64:ff9b::a9fe:a9fe'],
    ['IPv4 in IPv6, 6to4', '2002:7f00:1::'],
    ['site-local', 'fec0::1'],
    ['an address with a zone', 'fe80::1%eth0'],
    ['metadata of a cloud', '168.63.129.16'],
    ['metadata of a cloud', '100.100.100.200'],
    ['no address', '999.1.1.1'],
    ['nothing', ''],
  ])('never to %s: %s', (_what, address) => {
    expect(mayCall(address, [PUBLIC_ONLY])).toBe(false);
  });
});

describe('a network that is named', () => {
  it.each<[string, string, string[], boolean]>([
    ['is allowed', '10.1.2.3', ['10.1.0.0/16'], true],
    ['is allowed, being one of several', '10.1.2.3', ['192.168.0.0/24', '10.1.2.3/32'], true],
    ['is not its neighbour', '10.2.0.0', ['10.1.0.0/16'], false],
    ['is allowed in IPv6', 'fd00::7', ['fd00::/8'], true],
    ['is allowed as a mapped address', '::ffff:10.1.2.3', ['10.1.0.0/16'], true],
    ['of the other family is no match', 'fd00::7', ['0.0.0.0/0'], false],
    ['of the other family is no match', '127.0.0.1', ['::/0'], false],
    ['leaves loopback refused', '127.0.0.1', ['10.0.0.0/8'], false],
    ['is nothing where it is none', '10.1.2.3', ['999.1.1.1/8', '10.0.0.0/33', '10.1.2.3', '/', ''], false],
    ['never opens link-local', '169.254.169.254', ['0.0.0.0/0', '169.254.169.254/32'], false],
    ['never opens the metadata of a cloud', 'fd00:ec2::254', ['::/0', 'fd00:ec2::254/128'], false],
    ['never opens the metadata of a cloud', '168.63.129.16', ['0.0.0.0/0'], false],
    ['never opens multicast', '224.0.0.1', ['0.0.0.0/0'], false],
    ['is judged by the address behind a NAT64', '64:ff9b::a01:203', ['10.1.0.0/16'], true],
  ])('%s: %s in %j', (_what, address, networks, allowed) => {
    expect(mayCall(address, [reachOf(networks).reach])).toBe(allowed);
  });

  it('counts where the installation allows it too', () => {
    const installation = reachOf(['10.1.0.0/16']).reach;
    expect(mayCall('10.1.2.3', [installation, reachOf(['0.0.0.0/0']).reach])).toBe(true);
    expect(mayCall('10.2.0.1', [installation, reachOf(['0.0.0.0/0']).reach])).toBe(false);
    expect(mayCall('10.1.2.3', [installation, PUBLIC_ONLY])).toBe(false);
    expect(
      mayCall('127.0.0.1', [{ ...reachOf(['0.0.0.0/0']).reach, loopback: false }, reachOf(['127.0.0.0/8']).reach]),
    ).toBe(false);
    expect(mayCall('127.0.0.1', [OWN_MACHINE, reachOf(['127.0.0.0/8']).reach])).toBe(true);
  });

  it('is named where it is none', () => {
    expect(reachOf(['10.0.0.0/33', '10.0.0.0/8', 'x']).unreadable).toEqual(['10.0.0.0/33', 'x']);
  });
});

describe('whatever text comes', () => {
  // Deterministic, and of the letters of which addresses are made, so that many are nearly right.
  const texts = Array.from({ length: 3000 }, (_, seed) => {
    let state = seed * 2_654_435_761 + 1;
    const next = (limit: number) => (state = (state * 48_271) % 2_147_483_647) % limit;
    return Array.from({ length: next(24) }, () => '0123456789abcdef:./%x[] \0é'[next(27)]).join('');
  });

  it('is judged without an exception', () => {
    for (const text of texts) {
      parseNetwork(text);
      addressKind(text);
      expect(typeof mayCall(text, [reachOf([text]).reach])).toBe('boolean');
      expect(typeof mayCall('10.0.0.1', [reachOf([text]).reach])).toBe('boolean');
    }
  });
});

describe('a host that is an address', () => {
  it.each([
    ['http://10.0.0.1/hook', true],
    ['http://[fd00::1]/hook', true],
    ['http://169.254.169.254/', true],
    ['http://0x7f.1/', true],
    ['https://8.8.8.8/hook', false],
    ['https://shop.example/hook', false],
  ])('%s: refused %s', (url, refused) => {
    expect(literalForbidden(new URL(url), [PUBLIC_ONLY], 'ask') instanceof AddressForbidden).toBe(refused);
  });
});

describe('the lookup before a call', () => {
  const REMEDY = 'allow it in spec.allowedPrivateNetworks';
  const look = (hostname: string, networks: string[], all: boolean) =>
    new Promise<{ error: Error | null; addresses: unknown }>((resolve) => {
      guardedLookup([reachOf(networks).reach], REMEDY)(hostname, { all }, (error, addresses) =>
        resolve({ error, addresses }),
      );
    });

  it('refuses a name of a private address, and says how to allow it', async () => {
    const { error } = await look('localhost', [], true);
    expect(error).toBeInstanceOf(AddressForbidden);
    expect(error!.message).toContain('spec.allowedPrivateNetworks');
  });

  it('refuses, and does not throw, where a network is none', async () => {
    expect((await look('localhost', ['999.1.1.1/8', '127.0.0.0/33'], true)).error).toBeInstanceOf(AddressForbidden);
  });

  it('gives only the allowed addresses of a name', async () => {
    const { error, addresses } = await look('localhost', ['127.0.0.0/8'], true);
    expect(error).toBeNull();
    expect(addresses).toEqual(expect.arrayContaining([{ address: '127.0.0.1', family: 4 }]));
  });

  it('gives one address to who asks for one', async () => {
    expect((await look('localhost', ['127.0.0.0/8'], false)).addresses).toBe('127.0.0.1');
  });
});
