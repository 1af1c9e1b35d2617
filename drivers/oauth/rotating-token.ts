import { retry, terminal, type StoredTokens, type TokenSet, type TokenVault } from '../contract/index.ts';
import { isSendable, type GrantedTokens } from './granted.ts';

/** Renewed this long before it expires: a call that is under way must not lose its token. */
const MARGIN_MS = 30_000;
const ACCESS = 'accessToken';
const REFRESH = 'refreshToken';
/** The one before: good as long as its successor was never used. */
const PREVIOUS = 'previousRefreshToken';

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
 * vault: whoever refreshes writes with compare-and-swap, and who loses uses what the winner wrote. A refusal is
 * believed only when the vault still holds what was refused: another pod may have been first. Then the token before it
 * is tried, and the one of the Secret: a pod that was stopped may have asked late, with the old token, for a successor
 * that it never used; the platform has that one in the place of the winner's.
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
    this.#renewing ??= this.#renew(signal, refused).finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renew(signal: AbortSignal, refused: string | undefined): Promise<string> {
    const stored = await this.#read();
    const fresh = this.#usable(stored, refused);
    if (fresh !== undefined) return fresh;
    for (const refreshToken of this.#candidates(stored)) {
      try {
        return await this.#store(stored, refreshToken, sendable(await this.#options.grant(refreshToken, signal)));
      } catch (error) {
        if (!(error instanceof InvalidGrant)) throw error;
        const winner = await this.#read();
        const usable = winner?.version === stored?.version ? undefined : this.#usable(winner, refused);
        if (usable !== undefined) return usable;
      }
    }
    throw terminal('ReauthorizationNeeded', this.#options.remedy);
  }

  /** Refresh tokens in the order in which they are tried; `undefined` alone: client credentials. */
  #candidates(stored: StoredTokens | undefined): (string | undefined)[] {
    const known = [stored?.values[REFRESH], stored?.values[PREVIOUS], this.#options.firstRefreshToken].filter(
      (token) => token !== undefined,
    );
    return known.length === 0 ? [undefined] : [...new Set(known)];
  }

  async #store(
    stored: StoredTokens | undefined,
    refreshToken: string | undefined,
    granted: GrantedTokens,
  ): Promise<string> {
    const kept = granted.refreshToken ?? refreshToken;
    const tokens: TokenSet = {
      values: {
        [ACCESS]: granted.accessToken,
        ...(kept === undefined ? {} : { [REFRESH]: kept }),
        ...(refreshToken === undefined || refreshToken === kept ? {} : { [PREVIOUS]: refreshToken }),
      },
      accessExpiresAt: granted.accessExpiresAt,
      refreshExpiresAt: granted.refreshExpiresAt ?? stored?.refreshExpiresAt,
    };
    const version = stored?.version ?? 0;
    if (await this.#options.vault.replace(version, tokens)) {
      this.#current = { ...tokens, version: version + 1 };
      return granted.accessToken;
    }
    const winner = await this.#read();
    return this.#usable(winner) ?? granted.accessToken;
  }

  async #read(): Promise<StoredTokens | undefined> {
    this.#current = await this.#options.vault.read();
    return this.#current;
  }

  #usable(tokens: StoredTokens | undefined, refused?: string): string | undefined {
    const token = tokens?.values[ACCESS];
    if (token === undefined || token === refused || !isSendable(token)) return undefined;
    const expires = tokens?.accessExpiresAt;
    return expires !== undefined && Date.parse(expires) - MARGIN_MS <= this.#options.now().getTime()
      ? undefined
      : token;
  }
}

/** Met before it is kept: no call could be made with it, so none would be refused, and nobody would ask for another. */
function sendable(granted: GrantedTokens): GrantedTokens {
  const { accessToken, refreshToken } = granted;
  if (isSendable(accessToken) && (refreshToken === undefined || isSendable(refreshToken))) return granted;
  throw retry(
    'UnexpectedPayload',
    'the shop granted a token with characters that no token has: it was not kept, and another is asked for',
  );
}
