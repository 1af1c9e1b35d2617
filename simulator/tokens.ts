import type { Clock } from '../kit/clock.ts';
import type { Faults } from './faults.ts';
import type { Random } from './random.ts';
import { Refused } from './refused.ts';

const LIFETIME_SECONDS = 3600;

export interface Client {
  readonly id: string;
  readonly secret: string;
  /** What a person was given when authorising the client. */
  readonly refreshToken?: string;
}

/** Access by static key or by OAuth 2.0. A rotated refresh token stays good until its successor has been used. */
export class Tokens {
  /** Times that a token was given. */
  granted = 0;
  apiKeys = new Map<string, readonly string[]>();
  readonly #client: Client | undefined;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #faults: Faults;
  readonly #access = new Map<string, { expires: number; refresh: string | undefined }>();
  #refresh: string | undefined;
  #previous: string | undefined;

  constructor(options: { readonly client?: Client; readonly clock: Clock; readonly random: Random; readonly faults: Faults }) {
    this.#client = options.client;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#faults = options.faults;
    this.#refresh = options.client?.refreshToken;
  }

  grant(body: string): Record<string, unknown> {
    const form = new URLSearchParams(body);
    if (!this.#client || form.get('client_id') !== this.#client.id || form.get('client_secret') !== this.#client.secret) throw new Refused(401, 'invalid_client', 'unknown client');
    if (form.get('grant_type') === 'refresh_token') this.#takeRefresh(form.get('refresh_token') ?? '');
    else if (form.get('grant_type') !== 'client_credentials' || this.#client.refreshToken !== undefined) throw new Refused(400, 'unsupported_grant_type', 'use the refresh token');
    this.granted++;
    const access = this.#newToken('at');
    this.#access.set(access, { expires: this.#clock.now().getTime() + LIFETIME_SECONDS * 1000, refresh: this.#refresh });
    return { access_token: access, token_type: 'bearer', expires_in: LIFETIME_SECONDS, ...(this.#refresh === undefined ? {} : { refresh_token: this.#refresh }) };
  }

  /** Of every pod that holds them: as when a person takes the client's authorisation back. */
  revokeAll(): void {
    this.#access.clear();
    this.#refresh = this.#client?.refreshToken === undefined ? undefined : this.#newToken('revoked');
    this.#previous = undefined;
  }

  /** The permissions of a bearer token; undefined when it is not accepted. */
  permissionsOf(token: string, all: readonly string[]): readonly string[] | undefined {
    const fixed = this.apiKeys.get(token);
    if (fixed) return fixed;
    const known = this.#access.get(token);
    if (!known || known.expires <= this.#clock.now().getTime()) return undefined;
    if (this.#faults.strikes('token-expiry')) {
      this.#access.delete(token);
      return undefined;
    }
    if (known.refresh === this.#refresh) this.#previous = undefined;
    return all;
  }

  #takeRefresh(token: string): void {
    if (token !== this.#refresh && token !== this.#previous) throw new Refused(400, 'invalid_grant', 'the refresh token is not good any more');
    if (!this.#faults.has('token-rotation')) return;
    // The old one is still good, since the answer may be lost; a second use gives the same successor's successor.
    this.#previous = token;
    this.#refresh = this.#newToken('rt');
  }

  #newToken(prefix: string): string {
    return `${prefix}_${this.#random.int(0, 0x7fffffff).toString(36)}${this.#random.int(0, 0x7fffffff).toString(36)}`;
  }
}
