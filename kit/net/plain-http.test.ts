import { describe, expect, it } from '@jest/globals';
import { isInClear } from './plain-http.ts';

describe('an address that sends in clear over networks of others', () => {
  it.each([
    'http://shop.example.com',
    'HTTP://shop.example.com:8080/api',
    'http://93.184.216.34/',
    'http://10.0.0.1',
    'http://[2606:2800::1]/',
    'http://svc.example.com',
    'http://shop.evilsvc',
    'http://2130706432.example',
  ])('%s is one', (url) => expect(isInClear(url)).toBe(true));

  it.each([
    'https://shop.example.com',
    'http://localhost:3000',
    'http://shop.localhost',
    'http://127.0.0.1:3000',
    'http://[::1]:3000',
    'http://shop',
    'http://shop.acme.svc:3000',
    'http://shop.acme.svc.cluster.local',
    'http://shop.acme.svc.cluster.local.:3000/',
    'not an address',
  ])('%s is none', (url) => expect(isInClear(url)).toBe(false));
});
