import type { SealedTokens } from '../../model/sync-api.ts';
import type { Queryable } from '../storage/database.ts';
import type { ConnectionRow } from '../stores/rules.ts';

interface VaultRow extends Record<string, unknown> {
  version: number;
  ciphertext: string;
  access_expires_at: string | null;
  refresh_expires_at: string | null;
}

/** SQL: what the vault goes by. The name of a resource has no slash. */
const VAULT = (scope: string): string =>
  `c.credential || CASE WHEN ${scope}::text IS NULL THEN '' ELSE '/' || ${scope} END`;

/** Rotating tokens of the connection's Credential, as a pod sealed them. The hub has no key to them. */
export async function readTokens(
  db: Queryable,
  connection: ConnectionRow,
  scope?: string,
): Promise<SealedTokens | undefined> {
  const [row] = await db.query<VaultRow>(
    `SELECT v.* FROM connections c JOIN token_vault v ON v.namespace = c.namespace AND v.credential = ${VAULT('$2')} WHERE c.id = $1`,
    [connection.id, scope ?? null],
  );
  if (!row) return undefined;
  return {
    version: row.version,
    ciphertext: row.ciphertext,
    accessExpiresAt: row.access_expires_at ?? undefined,
    refreshExpiresAt: row.refresh_expires_at ?? undefined,
  };
}

/** Compare-and-swap: of two pods that refresh at once one wins, and the other is told. Version 0 is "there is none". */
export async function replaceTokens(
  db: Queryable,
  connection: ConnectionRow,
  expectedVersion: number,
  tokens: Omit<SealedTokens, 'version'>,
  scope?: string,
): Promise<boolean> {
  const values = [
    connection.id,
    expectedVersion,
    tokens.ciphertext,
    tokens.accessExpiresAt ?? null,
    tokens.refreshExpiresAt ?? null,
    scope ?? null,
  ];
  const rows =
    expectedVersion === 0
      ? await db.query(
          `INSERT INTO token_vault (namespace, credential, version, ciphertext, access_expires_at, refresh_expires_at)
       SELECT c.namespace, ${VAULT('$6')}, $2::int + 1, $3, $4, $5 FROM connections c WHERE c.id = $1 AND c.credential IS NOT NULL
       ON CONFLICT (namespace, credential) DO NOTHING RETURNING 1`,
          values,
        )
      : await db.query(
          `UPDATE token_vault v SET version = v.version + 1, ciphertext = $3, access_expires_at = $4, refresh_expires_at = $5, updated_at = now()
       FROM connections c WHERE c.id = $1 AND v.namespace = c.namespace AND v.credential = ${VAULT('$6')} AND v.version = $2 RETURNING 1`,
          values,
        );
  return rows.length > 0;
}
