import { terminal, type StoredTokens, type TokenSet, type TokenVault } from '../contract/index.ts';

/** Renewed this long before it expires: a call that is under way must not lose its token. */
const MARGIN_MS = 30_000;
const ACCESS = 'accessToken';
const REFRESH = 'refreshToken';

/** What the platform gave for a refresh token. */
export interface GrantedTokens {
  readonly accessToken: string;
  /** Absent: the platform does not rotate it, or there is none (client credentials). */
  readonly refreshToken?: string;
  readonly accessExpiresAt?: string;
  readonly refreshExpiresAt?: string;
}

/** The platform refuses the refresh token itself (OAuth 2.0, RFC 6749 §5.2 `invalid_grant`). */
export class InvalidGrant extends Error {}

export interface RotatingTokenOptions {
  readonly vault: TokenVault;
  readonly now: () => Date;
  /** Asks the platform. Throws InvalidGrant, or DriverError for anything else. `undefined`: client credentials. */
  readonly grant: (refreshToken: string | undefined, signal: AbortSignal) => Promise<GrantedTokens>;
  /** Of the Secret: used as long as the vault has none. */
  readonly firstRefreshToken?: string;
  /** What a person must do when no token is accepted any more, as a sentence. */
  readonly remedy: string;
}

/**
 * An access token that is renewed with a refresh token which changes each time. All pods of a Credential share the
 * vault: whoever refreshes writes with compare-and-swap, and who loses uses what the winner wrote. A refusal is believed
 * only when the vault still holds what was refused: another pod may have been first.
 */
export class RotatingToken {
  readonly #options: RotatingTokenOptions;
  #current: StoredTokens | undefined;
  #renewing: Promise<string> | undefined;

  constructor(options: RotatingTokenOptions) {
    this.#options = options;
  }

  /** A token that should be accepted. `refused`: one that the platform has just answered with 401. */
  async access(signal: AbortSignal, refused?: string): Promise<string> {
    const known = this.#usable(this.#current, refused);
    if (known !== undefined) return known;
    // Calls of this pod that find the token expired at once share one refresh.
    this.#renewing ??= this.#renew(signal, refused).finally(() => { this.#renewing = undefined; });
    return this.#renewing;
  }

  async #renew(signal: AbortSignal, refused: string | undefined): Promise<string> {
    const stored = await this.#read();
    const fresh = this.#usable(stored, refused);
    if (fresh !== undefined) return fresh;
    const refreshToken = stored?.values[REFRESH] ?? this.#options.firstRefreshToken;
    try {
      return await this.#store(stored, refreshToken, await this.#options.grant(refreshToken, signal));
    } catch (error) {
      if (error instanceof InvalidGrant) return this.#afterRefusal(stored, refused);
      throw error;
    }
  }

  async #store(stored: StoredTokens | undefined, refreshToken: string | undefined, granted: GrantedTokens): Promise<string> {
    const kept = granted.refreshToken ?? refreshToken;
    const tokens: TokenSet = {
      values: { [ACCESS]: granted.accessToken, ...(kept === undefined ? {} : { [REFRESH]: kept }) },
      accessExpiresAt: granted.accessExpiresAt, refreshExpiresAt: granted.refreshExpiresAt ?? stored?.refreshExpiresAt,
    };
    const version = stored?.version ?? 0;
    if (await this.#options.vault.replace(version, tokens)) {
      this.#current = { ...tokens, version: version + 1 };
      return granted.accessToken;
    }
    const winner = await this.#read();
    return this.#usable(winner) ?? granted.accessToken;
  }

  /** Another pod may have used the refresh token first and be writing its tokens at this moment. */
  async #afterRefusal(stored: StoredTokens | undefined, refused: string | undefined): Promise<string> {
    const winner = await this.#read();
    const usable = winner?.version === stored?.version ? undefined : this.#usable(winner, refused);
    if (usable !== undefined) return usable;
    throw terminal('ReauthorizationNeeded', this.#options.remedy);
  }

  async #read(): Promise<StoredTokens | undefined> {
    this.#current = await this.#options.vault.read();
    return this.#current;
  }

  #usable(tokens: StoredTokens | undefined, refused?: string): string | undefined {
    const token = tokens?.values[ACCESS];
    if (token === undefined || token === refused) return undefined;
    const expires = tokens?.accessExpiresAt;
    return expires !== undefined && Date.parse(expires) - MARGIN_MS <= this.#options.now().getTime() ? undefined : token;
  }
}
