/** Tokens that a platform rotates, as one document of texts (access token, refresh token …). */
export interface TokenSet {
  readonly values: Readonly<Record<string, string>>;
  /** When the access token expires. ISO 8601. */
  readonly accessExpiresAt?: string;
  /** When the refresh token itself does: a person must then authorise anew. ISO 8601. */
  readonly refreshExpiresAt?: string;
}

export interface StoredTokens extends TokenSet {
  /** Counts up; what `replace` compares with. */
  readonly version: number;
}

/**
 * Where rotating tokens live: encrypted in the hub, shared by all pods of a Credential. `RotatingToken`
 * (drivers/oauth/rotating-token.ts) is what a driver uses on top of it.
 */
export interface TokenVault {
  read(): Promise<StoredTokens | undefined>;
  /** Compare-and-swap; 0 stands for "there is none". False: another pod was first, read again. */
  replace(expectedVersion: number, tokens: TokenSet): Promise<boolean>;
}

/** Vaults of a Credential. Where a platform gives tokens for each shop, tenant or resource, each has its own. */
export interface TokenVaults extends TokenVault {
  /** The vault of that name, of this Credential alone. */
  scoped(name: string): TokenVault;
}
