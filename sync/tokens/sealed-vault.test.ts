import { describe, expect, it } from '@jest/globals';
import type { SealedTokens } from '../../model/sync-api.ts';
import { sealedVault, type VaultHub } from './sealed-vault.ts';

function fakeHub(): VaultHub & { sealed: SealedTokens | undefined; readonly scopes: Map<string, SealedTokens> } {
  return {
    sealed: undefined,
    scopes: new Map<string, SealedTokens>(),
    async tokens(scope) {
      return scope === undefined ? this.sealed : this.scopes.get(scope);
    },
    async replaceTokens(expectedVersion, tokens, scope) {
      if (((await this.tokens(scope))?.version ?? 0) !== expectedVersion) return false;
      const next = { ...tokens, version: expectedVersion + 1 };
      if (scope === undefined) this.sealed = next;
      else this.scopes.set(scope, next);
      return true;
    },
  };
}

const tokens = {
  values: { access: 'shpat_secret', refresh: 'r-1' },
  accessExpiresAt: '2026-01-01T01:00:00Z',
  refreshExpiresAt: '2026-04-01T00:00:00Z',
};

describe('the vault of rotating tokens', () => {
  it('gives back what was put in, to every pod with the same credential', async () => {
    const hub = fakeHub();
    expect(await sealedVault(hub, { clientId: 'c', clientSecret: 's' }, 'shop').replace(0, tokens)).toBe(true);
    expect(await sealedVault(hub, { clientSecret: 's', clientId: 'c' }, 'shop').read()).toEqual({
      ...tokens,
      version: 1,
    });
  });

  it('gives the hub nothing that it could read', async () => {
    const hub = fakeHub();
    await sealedVault(hub, { clientSecret: 's' }, 'shop').replace(0, tokens);
    const kept = JSON.stringify(hub.sealed) + Buffer.from(hub.sealed!.ciphertext, 'base64').toString('latin1');
    expect(kept).not.toContain('shpat_secret');
    expect(kept).not.toContain('r-1');
  });

  it('is another for each shop of a Credential, and none can stand in the place of another', async () => {
    const hub = fakeHub();
    const vault = sealedVault(hub, { s: '1' }, 'shop');
    await vault.replace(0, { values: { access: 'common' } });
    await vault.scoped('a.example').replace(0, { values: { access: 'a' } });
    expect(await vault.scoped('b.example').replace(0, { values: { access: 'b' } })).toBe(true);
    for (const [scope, access] of [
      ['a.example', 'a'],
      ['b.example', 'b'],
    ] as const)
      expect(await vault.scoped(scope).read()).toMatchObject({ version: 1, values: { access } });
    expect(await vault.read()).toMatchObject({ values: { access: 'common' } });
    hub.scopes.set('b.example', hub.scopes.get('a.example')!);
    expect(await vault.scoped('b.example').read()).toBeUndefined();
  });

  it('lets one of two writers win', async () => {
    const hub = fakeHub();
    const [a, b] = [sealedVault(hub, { s: '1' }, 'shop'), sealedVault(hub, { s: '1' }, 'shop')];
    expect([await a.replace(0, tokens), await b.replace(0, tokens)]).toEqual([true, false]);
    expect((await b.read())?.version).toBe(1);
  });

  it('takes tokens of an older credential as absent, and can replace them', async () => {
    const hub = fakeHub();
    await sealedVault(hub, { s: 'old' }, 'shop').replace(0, tokens);
    const vault = sealedVault(hub, { s: 'new' }, 'shop');
    expect(await vault.read()).toBeUndefined();
    expect(await vault.replace(0, { values: { access: 'fresh' } })).toBe(true);
    expect(await vault.read()).toMatchObject({ version: 2, values: { access: 'fresh' } });
  });

  it('takes damaged tokens as absent', async () => {
    const hub = fakeHub();
    const vault = sealedVault(hub, { s: '1' }, 'shop');
    await vault.replace(0, tokens);
    const bytes = Buffer.from(hub.sealed!.ciphertext, 'base64');
    bytes[bytes.length - 1]! ^= 1;
    hub.sealed = { ...hub.sealed!, ciphertext: bytes.toString('base64') };
    expect(await vault.read()).toBeUndefined();
  });

  it('says when the refresh token expires', async () => {
    const seen: (string | undefined)[] = [];
    const hub = fakeHub();
    await sealedVault(hub, { s: '1' }, 'shop', (at) => seen.push(at)).replace(0, tokens);
    expect(seen).toEqual(['2026-04-01T00:00:00Z']);
  });
});
