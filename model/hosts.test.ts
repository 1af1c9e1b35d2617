import { describe, expect, it } from '@jest/globals';
import { allowedHosts, isAllowed, portsOf } from './hosts.ts';

describe('the hosts of a driver', () => {
  const allowed = allowedHosts(
    ['settings.url', 'settings.shop', 'api.example.com', '*.cdn.example.com', 'files.example.com:8443'],
    { url: 'http://shop.acme:3000/admin-api', shop: 'acme.myshop.example' },
  );

  it.each<[string, boolean]>([
    ['http://shop.acme:3000/other/path', true],
    ['http://SHOP.acme:3000', true],
    ['http://shop.acme:3001/', false],
    ['https://shop.acme/', false],
    ['https://acme.myshop.example/x', true],
    ['https://api.example.com/v1', true],
    ['http://api.example.com/v1', true],
    ['https://api.example.com:9000/', false],
    ['https://api.example.com.evil.example/', false],
    ['https://api.example.com@evil.example/', false],
    ['https://a.cdn.example.com/x', true],
    ['https://cdn.example.com/x', false],
    ['https://evilcdn.example.com/x', false],
    ['https://files.example.com:8443/', true],
    ['https://files.example.com/', false],
    ['ftp://api.example.com/', false],
    ['not an address', false],
  ])('%s: %s', (url, expected) => {
    expect(isAllowed(url, allowed)).toBe(expected);
  });

  it('have ports, for the network policy', () => {
    expect(portsOf(allowed)).toEqual([80, 443, 3000, 8443]);
    expect(portsOf(allowedHosts(['settings.url'], { url: 'https://shop.example' }))).toEqual([443]);
    expect(portsOf(allowedHosts(['settings.url'], { url: 'http://[::1]:9000/x' }))).toEqual([9000]);
  });

  it('are none where the setting is missing or no address', () => {
    expect(allowedHosts(['settings.url', 'settings.shop'], { url: 'http://', shop: 7 })).toEqual([]);
  });
});
