import { describe, expect, it } from '@jest/globals';
import { databaseAddress } from './database-address.ts';

const URL = 'postgres://hub:p%40ss@db.example/supercargo';

describe('the address of an external database', () => {
  it('is its URL where the installation says nothing of TLS, and none without a URL', () => {
    expect(databaseAddress({ SUPERCARGO_DATABASE_URL: `${URL}?sslmode=disable` })).toBe(`${URL}?sslmode=disable`);
    expect(databaseAddress({ SUPERCARGO_DATABASE_URL: '' })).toBeUndefined();
    expect(databaseAddress({ SUPERCARGO_DATABASE_SSL_MODE: 'verify-full' })).toBeUndefined();
  });

  it('has what the installation says above what the URL says, and the rest of the URL', () => {
    const address = databaseAddress({
      SUPERCARGO_DATABASE_URL: `${URL}?sslmode=disable&application_name=hub`,
      SUPERCARGO_DATABASE_SSL_MODE: 'verify-ca',
      SUPERCARGO_DATABASE_CA_FILE: '/etc/ca.crt',
    })!;
    expect(address.startsWith(`${URL}?`)).toBe(true);
    expect(Object.fromEntries(new URLSearchParams(address.split('?')[1]))).toEqual({
      application_name: 'hub',
      sslmode: 'verify-ca',
      sslrootcert: '/etc/ca.crt',
      uselibpqcompat: 'true',
    });
  });

  it('with a CA alone is held to it and to the name', () => {
    expect(databaseAddress({ SUPERCARGO_DATABASE_URL: URL, SUPERCARGO_DATABASE_CA_FILE: '/etc/ca.crt' })).toContain(
      'sslmode=verify-full',
    );
  });

  it('is made of its parts, whatever characters they have; the URL stands above them', () => {
    const parts = {
      SUPERCARGO_DATABASE_HOST: 'db.example',
      SUPERCARGO_DATABASE_USER: 'hub@acme',
      SUPERCARGO_DATABASE_PASSWORD: 'p@ss/w:ö%rd\n',
    };
    const { hostname, port, pathname, username, password } = new globalThis.URL(databaseAddress(parts)!);
    expect([hostname, port, pathname]).toEqual(['db.example', '5432', '/supercargo']);
    expect([username, password].map(decodeURIComponent)).toEqual(['hub@acme', 'p@ss/w:ö%rd']);
    expect(databaseAddress({ ...parts, SUPERCARGO_DATABASE_URL: URL })).toBe(URL);
    expect(databaseAddress({ SUPERCARGO_DATABASE_HOST: 'fd00::5', SUPERCARGO_DATABASE_PORT: '6432' })).toBe(
      'postgres://supercargo@[fd00::5]:6432/supercargo',
    );
  });

  it('made of parts takes what the installation says of TLS', () => {
    expect(databaseAddress({ SUPERCARGO_DATABASE_HOST: 'db.example', SUPERCARGO_DATABASE_SSL_MODE: 'require' })).toBe(
      'postgres://supercargo@db.example:5432/supercargo?uselibpqcompat=true&sslmode=require',
    );
  });
});
