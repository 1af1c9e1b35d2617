import type { StoredTokens, TokenSet, TokenVault, TokenVaults } from './tokens.ts';

/** Vaults that live as long as their process: for tests, and for looking at a store without a hub. */
export function memoryVault(): TokenVaults {
  const scopes = new Map<string, TokenVault>();
  return {
    ...single(),
    scoped(name) {
      const vault = scopes.get(name) ?? single();
      scopes.set(name, vault);
      return vault;
    },
  };
}

function single(): TokenVault {
  let stored: StoredTokens | undefined;
  return {
    read: async () => stored,
    replace: async (expectedVersion: number, tokens: TokenSet) => {
      if ((stored?.version ?? 0) !== expectedVersion) return false;
      stored = { ...tokens, version: expectedVersion + 1 };
      return true;
    },
  };
}
