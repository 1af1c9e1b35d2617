import { describe, expect, it } from '@jest/globals';
import { basic } from './basic.ts';
import { bearer } from './bearer.ts';
import { oauth1 } from './oauth1.ts';

const signal = new AbortController().signal;
const call = { method: 'GET', url: 'https://shop.example/api' } as const;

describe('the headers of', () => {
  it('a fixed key are the same each time, so that a 401 is final', async () => {
    expect(await bearer('k').headers(call, signal, { authorization: 'Bearer k' })).toEqual({
      authorization: 'Bearer k',
    });
  });

  it('a token that rotates name the one that was refused', async () => {
    const asked: (string | undefined)[] = [];
    const auth = bearer({
      access: async (_signal, refused) => {
        asked.push(refused);
        return refused === undefined ? 'old' : 'new';
      },
    });
    const first = await auth.headers(call, signal);
    expect([first, await auth.headers(call, signal, first)]).toEqual([
      { authorization: 'Bearer old' },
      { authorization: 'Bearer new' },
    ]);
    expect(asked).toEqual([undefined, 'old']);
  });

  it('user and password are those of RFC 7617, in UTF-8', async () => {
    expect(await basic('test', '123£').headers(call, signal)).toEqual({ authorization: 'Basic dGVzdDoxMjPCow==' });
  });

  /** OAuth Core 1.0, appendix A.5. */
  it("OAuth 1.0a are signed as the specification's example is", async () => {
    const auth = oauth1({
      algorithm: 'HMAC-SHA1',
      consumerKey: 'dpf43f3p2l4k3l03',
      consumerSecret: 'kd94hf93k423kf44',
      token: 'nnch734d00sl2jdk',
      tokenSecret: 'pfkkdhi9sl3r4s00',
      now: () => new Date(1_191_242_096_000),
      nonce: () => 'kllo9940pd9333jh',
    });
    const { authorization } = await auth.headers(
      { method: 'GET', url: 'http://photos.example.net/photos?file=vacation.jpg&size=original' },
      signal,
    );
    expect(authorization).toContain('oauth_signature="tR3%2BTy81lMeYAr%2FFid0kMTYa%2FWM%3D"');
  });

  it('OAuth 1.0a are never the same twice, and take brackets of a query in', async () => {
    let count = 0;
    const auth = oauth1({
      consumerKey: 'a',
      consumerSecret: 'b',
      token: 'c',
      tokenSecret: 'd',
      now: () => new Date(0),
      nonce: () => String(++count),
    });
    const url = 'https://shop.example/rest/V1/orders?searchCriteria[pageSize]=2';
    expect((await auth.headers({ method: 'GET', url }, signal))['authorization']).not.toBe(
      (await auth.headers({ method: 'GET', url }, signal))['authorization'],
    );
  });
});
