import { describe, expect, it } from '@jest/globals';
import { addressAllowed, AddressForbidden, guardedLookup } from './addresses.ts';

describe('a webhook may be sent', () => {
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
    expect(addressAllowed(address, [])).toBe(true);
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
  ])('never to %s: %s', (_what, address) => {
    expect(addressAllowed(address, [])).toBe(false);
  });
});

describe('a network that the Store names', () => {
  it.each<[string, string, string[], boolean]>([
    ['is allowed', '10.1.2.3', ['10.1.0.0/16'], true],
    ['is allowed, being one of several', '10.1.2.3', ['192.168.0.0/24', '10.1.2.3/32'], true],
    ['is not its neighbour', '10.2.0.0', ['10.1.0.0/16'], false],
    ['is allowed in IPv6', 'fd00::7', ['fd00::/8'], true],
    ['is allowed as a mapped address', '::ffff:10.1.2.3', ['10.1.0.0/16'], true],
    ['of the other family is no match', 'fd00::7', ['0.0.0.0/0'], false],
    ['of the other family is no match', '127.0.0.1', ['::/0'], false],
    ['leaves loopback refused', '127.0.0.1', ['10.0.0.0/8'], false],
  ])('%s: %s in %j', (_what, address, networks, allowed) => {
    expect(addressAllowed(address, networks)).toBe(allowed);
  });
});

describe('the lookup of a webhook', () => {
  const look = (hostname: string, networks: string[], all: boolean) =>
    new Promise<{ error: Error | null; addresses: unknown }>((resolve) => {
      guardedLookup(networks)(hostname, { all }, (error, addresses) => resolve({ error, addresses }));
    });

  it('refuses a name of a private address, and says how to allow it', async () => {
    const { error } = await look('localhost', [], true);
    expect(error).toBeInstanceOf(AddressForbidden);
    expect(error!.message).toContain('spec.allowedPrivateNetworks');
  });

  it('gives only the allowed addresses of a name', async () => {
    const { error, addresses } = await look('localhost', ['127.0.0.0/8'], true);
    expect(error).toBeNull();
    expect(addresses).toEqual([{ address: '127.0.0.1', family: 4 }]);
  });

  it('gives one address to who asks for one', async () => {
    expect((await look('localhost', ['127.0.0.0/8'], false)).addresses).toBe('127.0.0.1');
  });
});
