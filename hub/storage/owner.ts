import type { Database, Queryable } from './database.ts';

/** Whose hubs may work on a database. */
export interface DatabaseClaim {
  /** This installation, as no other in the world is called. */
  readonly owner: string;
  /** The installation that a person says gives the database up. */
  readonly takeOverFrom?: string;
}

/** A name is the same in many clusters: who copied a values file is not the installation it was copied from. */
export const ownerName = (installation: string, cluster: string): string => `${installation}@${cluster}`;

/** Before anything is written, the schema's migrations too: of another's database nothing is changed. */
export async function refuseForeign(db: Queryable, { owner, takeOverFrom }: DatabaseClaim): Promise<void> {
  const [found] = await db.query<{ there: boolean }>(`SELECT to_regclass('database_owner') IS NOT NULL AS there`);
  const theirs = found!.there ? await readOwner(db) : undefined;
  if (theirs === undefined || theirs === owner || theirs === takeOverFrom) return;
  throw new Error(
    `the database belongs to the installation ${theirs}, and this one is ${owner}: give each a database of its own (hub.database). Where ${theirs} is gone, or gives it up, set hub.database.takeOverFrom=${theirs}`,
  );
}

/** Makes the database this installation's, for good. With the newest schema. */
export async function claimDatabase(db: Database, claim: DatabaseClaim): Promise<void> {
  await db.query(
    `INSERT INTO database_owner AS o (owner) VALUES ($1)
     ON CONFLICT (one) DO UPDATE SET owner = EXCLUDED.owner, since = now() WHERE o.owner = $2`,
    [claim.owner, claim.takeOverFrom ?? ''],
  );
  // Another may have been faster.
  await refuseForeign(db, claim);
}

/** Undefined: nobody's yet. */
export async function readOwner(db: Queryable): Promise<string | undefined> {
  const [row] = await db.query<{ owner: string }>('SELECT owner FROM database_owner');
  return row?.owner;
}
