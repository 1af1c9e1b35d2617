import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { StoredTokens, TokenSet, TokenVault, TokenVaults } from '../../drivers/contract/index.ts';
import type { HubClient } from '../hub-client.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export type VaultHub = Pick<HubClient, 'tokens' | 'replaceTokens'>;

/**
 * Tokens that a platform rotates, kept in the hub and sealed here: AES-256-GCM with a key derived (HKDF-SHA256) from
 * the mounted credential, so that the hub and its backups hold nothing that can be used
 * (docs/decisions/0010-budget-and-tokens.md). A changed credential makes another key: what was sealed with the old one
 * counts as absent, and is replaced by the next refresh.
 */
export function sealedVault(
  hub: VaultHub,
  credential: unknown,
  credentialName: string,
  onExpiry: (refreshExpiresAt: string | undefined) => void = () => {},
): TokenVaults {
  const vault = (scope?: string): TokenVault =>
    oneVault(hub, keyOf(credential, credentialName, scope), onExpiry, scope);
  return { ...vault(), scoped: vault };
}

/** Of each scope another: what was sealed for one cannot be put in the place of another. */
function keyOf(credential: unknown, credentialName: string, scope: string | undefined): Buffer {
  const info = `supercargo token vault v1${scope === undefined ? '' : `/${scope}`}`;
  return Buffer.from(hkdfSync('sha256', canonical(credential), credentialName, info, 32));
}

function oneVault(
  hub: VaultHub,
  key: Buffer,
  onExpiry: (refreshExpiresAt: string | undefined) => void,
  scope: string | undefined,
): TokenVault {
  /** Version of what is there but cannot be opened: the next `replace` must name it. */
  let unreadable = 0;
  return {
    async read(): Promise<StoredTokens | undefined> {
      const sealed = await hub.tokens(scope);
      if (!sealed) return undefined;
      const values = open(key, sealed.ciphertext);
      if (!values) {
        unreadable = sealed.version;
        return undefined;
      }
      onExpiry(sealed.refreshExpiresAt);
      return {
        version: sealed.version,
        values,
        accessExpiresAt: sealed.accessExpiresAt,
        refreshExpiresAt: sealed.refreshExpiresAt,
      };
    },
    async replace(expectedVersion: number, tokens: TokenSet): Promise<boolean> {
      const ciphertext = seal(key, tokens.values);
      const { accessExpiresAt, refreshExpiresAt } = tokens;
      const replaced = await hub.replaceTokens(
        expectedVersion === 0 ? unreadable : expectedVersion,
        { ciphertext, accessExpiresAt, refreshExpiresAt },
        scope,
      );
      if (replaced) onExpiry(tokens.refreshExpiresAt);
      return replaced;
    },
  };
}

/** The same secrets give the same key, whatever their order. */
function canonical(credential: unknown): string {
  return JSON.stringify(Object.entries(credential as Record<string, unknown>).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function seal(key: Buffer, values: TokenSet['values']): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const body = Buffer.concat([cipher.update(JSON.stringify(values), 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
}

function open(key: Buffer, sealed: string): Record<string, string> | undefined {
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString(
      'utf8',
    );
    return JSON.parse(text) as Record<string, string>;
  } catch {
    // Sealed with another credential, or damaged: GCM does not tell which.
    return undefined;
  }
}
