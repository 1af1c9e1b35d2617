import type { ConnectionKey } from '../../crds/index.ts';

/** Who a token of the audience `supercargo-hub` belongs to. */
export type Identity = { readonly role: 'sync'; readonly connection: ConnectionKey } | { readonly role: 'operator' };

export interface Authenticator {
  /** undefined: the token is not valid. Throws when that could not be found out (then the caller answers 503). */
  identify(token: string): Promise<Identity | undefined>;
}

/** Tokens that one process made for its own parts: `supercargo up`, tests. */
export function staticTokens(tokens: ReadonlyMap<string, Identity>): Authenticator {
  return { identify: async (token) => tokens.get(token) };
}
