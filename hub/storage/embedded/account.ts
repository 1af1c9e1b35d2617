/** Whom the server runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * From a range that no distribution gives to anybody: a shared account such as `nobody` would let whatever else runs
 * as it read customers' addresses.
 */
const OF_ITS_OWN = 60_777;

/** Whom this process runs as. */
export const ownAccount = (): Account => ({ uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 });

/**
 * The account that the folder belongs to: this process's own, or as root (which PostgreSQL refuses) one of the server's
 * own.
 */
export function serverAccount(uid = process.getuid?.() ?? -1, gid = process.getgid?.() ?? -1): Account {
  return uid === 0 ? { uid: OF_ITS_OWN, gid: OF_ITS_OWN } : { uid, gid };
}

/** What `spawn` takes: nothing, unless this process is root. */
export function spawnAs(account: Account, uid = process.getuid?.() ?? -1): Partial<Account> {
  return uid === 0 ? account : {};
}
