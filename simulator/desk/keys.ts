import type { Clock } from '../../kit/clock.ts';
import type { Faults } from '../faults.ts';
import type { Random } from '../random.ts';
import { Refused } from './refused.ts';
import { PERMISSIONS, type Permission } from './permissions.ts';

const LIFETIME_SECONDS = 3600;

export interface Client {
  readonly id: string;
  readonly secret: string;
  /** What a person was given when authorising the client. */
  readonly refreshToken?: string;
}

export interface Granted {
  readonly access: string;
  readonly seconds: number;
  readonly refresh: string | undefined;
}

/** Access by static key or by OAuth 2.0. A rotated refresh token stays good until its successor has been used. */
export class Keys {
  /** Times that a token was given. */
  granted = 0;
  readonly fixed = new Map<string, readonly Permission[]>();
  readonly #client: Client | undefined;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #faults: Faults;
  readonly #access = new Map<string, { expires: number; refresh: string | undefined }>();
  #refresh: string | undefined;
  #previous: string | undefined;

  constructor(options: {
    readonly client?: Client;
    readonly clock: Clock;
    readonly random: Random;
    readonly faults: Faults;
  }) {
    this.#client = options.client;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#faults = options.faults;
    this.#refresh = options.client?.refreshToken;
  }

  /** An access token for a client. `refreshToken`: what it was given before; absent where it shows only itself. */
  grant(asked: { readonly clientId: string; readonly clientSecret: string; readonly refreshToken?: string }): Granted {
    if (!this.#client || asked.clientId !== this.#client.id || asked.clientSecret !== this.#client.secret)
      throw new Refused('invalid client', 'unknown client');
    if (asked.refreshToken !== undefined) this.#takeRefresh(asked.refreshToken);
    else if (this.#client.refreshToken !== undefined) throw new Refused('invalid', 'use the refresh token');
    this.granted++;
    const access = this.#newToken('at');
    this.#access.set(access, {
      expires: this.#clock.now().getTime() + LIFETIME_SECONDS * 1000,
      refresh: this.#refresh,
    });
    return { access, seconds: LIFETIME_SECONDS, refresh: this.#refresh };
  }

  /** Access tokens end before their time. */
  expireAll(): void {
    this.#access.clear();
  }

  /** Of every pod that holds them: as when a person takes the client's authorisation back. */
  revokeAll(): void {
    this.#access.clear();
    this.#refresh = this.#client?.refreshToken === undefined ? undefined : this.#newToken('revoked');
    this.#previous = undefined;
  }

  /** What a key or an access token may do; undefined when it is not accepted. */
  permissionsOf(token: string): readonly Permission[] | undefined {
    const fixed = this.fixed.get(token);
    if (fixed) return fixed;
    const known = this.#access.get(token);
    if (!known || known.expires <= this.#clock.now().getTime()) return undefined;
    if (this.#faults.strikes('token-expiry')) {
      this.#access.delete(token);
      return undefined;
    }
    if (known.refresh === this.#refresh) this.#previous = undefined;
    return PERMISSIONS;
  }

  #takeRefresh(token: string): void {
    if (token !== this.#refresh && token !== this.#previous)
      throw new Refused('invalid grant', 'the refresh token is not good any more');
    if (!this.#faults.has('token-rotation')) return;
    // The old one is still good, since the answer may be lost; a second use gives the same successor's successor.
    this.#previous = token;
    this.#refresh = this.#newToken('rt');
  }

  #newToken(prefix: string): string {
    return `${prefix}_${this.#random.int(0, 0x7fffffff).toString(36)}${this.#random.int(0, 0x7fffffff).toString(36)}`;
  }
}
