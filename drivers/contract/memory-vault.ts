import type { StoredTokens, TokenSet, TokenVault } from './tokens.ts';

/** A vault that lives as long as its process: for tests, and for looking at a store without a hub. */
export function memoryVault(): TokenVault {
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
