import type { RequestAuth } from '../../contract/index.ts';

/**
 * Something that knows the access token now, as `RotatingToken` does. `refused`: one that was just answered with 401.
 */
export interface AccessTokens {
  access(signal: AbortSignal, refused?: string): Promise<string>;
}

/** A bearer token: a fixed key, or one that rotates. */
export function bearer(token: string | AccessTokens): RequestAuth {
  const scheme = 'Bearer ';
  return {
    async headers(_call, signal, refused) {
      if (typeof token === 'string') return { authorization: scheme + token };
      return { authorization: scheme + (await token.access(signal, refused?.['authorization']?.slice(scheme.length))) };
    },
  };
}
