import { describe, expect, it } from '@jest/globals';
import { memoryVault, type TokenSet } from '../contract/index.ts';
import type { GrantedTokens } from './granted.ts';
import { InvalidGrant, RotatingToken } from './rotating-token.ts';

const signal = new AbortController().signal;
const NOW = new Date('2026-01-01T12:00:00Z');
const at = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000).toISOString();
const granted = (number: number): GrantedTokens => ({
  accessToken: `a${number}`,
  refreshToken: `r${number}`,
  accessExpiresAt: at(60),
});
const stored = (number: number, minutes = 60): TokenSet => ({
  values: { accessToken: `a${number}`, refreshToken: `r${number}` },
  accessExpiresAt: at(minutes),
});

function setUp(grant: (refreshToken: string | undefined) => Promise<GrantedTokens>, vault = memoryVault()) {
  const asked: (string | undefined)[] = [];
  const token = new RotatingToken({
    vault,
    now: () => NOW,
    firstRefreshToken: 'first',
    remedy: 'authorise again',
    grant: (refreshToken) => {
      asked.push(refreshToken);
      return grant(refreshToken);
    },
  });
  return { token, vault, asked };
}

describe('RotatingToken', () => {
  it('uses what the vault has, without asking the platform', async () => {
    const { token, vault, asked } = setUp(async () => granted(9));
    await vault.replace(0, stored(1));
    expect(await token.access(signal)).toBe('a1');
    expect(asked).toEqual([]);
  });

  it('begins with the refresh token of the Secret, and goes on with the rotated one', async () => {
    let number = 0;
    const { token, vault, asked } = setUp(async () => granted(++number));
    expect(await token.access(signal)).toBe('a1');
    expect(await token.access(signal, 'a1')).toBe('a2');
    expect(asked).toEqual(['first', 'r1']);
    expect((await vault.read())!.values).toEqual({ accessToken: 'a2', refreshToken: 'r2', previousRefreshToken: 'r1' });
  });

  it('refreshes once for calls that find it expired at the same time', async () => {
    const { token, vault, asked } = setUp(async () => granted(2));
    await vault.replace(0, stored(1, -1));
    expect(await Promise.all([token.access(signal), token.access(signal), token.access(signal)])).toEqual([
      'a2',
      'a2',
      'a2',
    ]);
    expect(asked).toEqual(['r1']);
  });

  it("uses the winner's tokens when another pod wrote first", async () => {
    const { token, vault } = setUp(async () => {
      await vault.replace(0, stored(5));
      return granted(6);
    });
    expect(await token.access(signal)).toBe('a5');
    expect((await vault.read())!.version).toBe(1);
  });

  it('believes a refusal only when the vault still has what was refused', async () => {
    const { token, vault } = setUp(async () => {
      await vault.replace(1, stored(5));
      throw new InvalidGrant();
    });
    await vault.replace(0, stored(1, -1));
    expect(await token.access(signal)).toBe('a5');
  });

  it("goes back to the token before, then to that of the Secret, when a pod that was late has taken the successor's place", async () => {
    // The platform: a refresh token is good until its successor was used, and each asking makes another successor.
    let [current, previous] = ['r1', 'r0'];
    let number = 1;
    const grant = async (refreshToken: string | undefined): Promise<GrantedTokens> => {
      if (refreshToken !== current && refreshToken !== previous) throw new InvalidGrant();
      previous = refreshToken;
      current = `r${++number}`;
      return granted(number);
    };
    const { token, vault, asked } = setUp(grant);
    await vault.replace(0, stored(1, -1));
    expect(await token.access(signal)).toBe('a2');
    await grant('r1');
    expect(await token.access(signal, 'a2')).toBe('a4');
    expect(asked).toEqual(['r1', 'r2', 'r1']);
    previous = 'first';
    current = 'r9';
    expect(await token.access(signal, 'a4')).toBe('a5');
    expect(asked.slice(3)).toEqual(['r4', 'r1', 'first']);
  });

  it.each<[string, Partial<GrantedTokens>]>([
    ['an access token with a line break', { accessToken: 'a\nb' }],
    ['an access token with a letter beyond ASCII', { accessToken: 'ä' }],
    ['an empty access token', { accessToken: '' }],
    ['a refresh token with a control', { refreshToken: 'r\u0000' }],
  ])('keeps none of it where the platform grants %s, and asks again the next time', async (_, odd) => {
    let number = 0;
    const { token, vault } = setUp(async () => ({ ...granted(++number), ...(number === 1 ? odd : {}) }));
    await expect(token.access(signal)).rejects.toMatchObject({
      details: { behaviour: 'retry', reason: 'UnexpectedPayload' },
    });
    expect(await vault.read()).toBeUndefined();
    expect(await token.access(signal)).toBe('a2');
  });

  it('does not send a kept token that cannot be sent: an earlier release kept what it was given', async () => {
    const { token, vault, asked } = setUp(async () => granted(2));
    await vault.replace(0, { ...stored(1), values: { accessToken: 'a\r\nx', refreshToken: 'r1' } });
    expect(await token.access(signal)).toBe('a2');
    expect(asked).toEqual(['r1']);
  });

  it('asks for a person when the refresh token is refused for good', async () => {
    const { token, asked } = setUp(async () => {
      throw new InvalidGrant();
    });
    await expect(token.access(signal)).rejects.toMatchObject({
      details: { behaviour: 'terminal', reason: 'ReauthorizationNeeded', message: 'authorise again' },
    });
    expect(asked).toEqual(['first']);
  });
});
