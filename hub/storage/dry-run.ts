import type { Transaction } from './database.ts';

/** Does `work`; a dry run takes it back and keeps what it returned. */
export async function dryOr<T>(tx: Transaction, dryRun: boolean, work: () => Promise<T>): Promise<T> {
  if (!dryRun) return work();
  await tx.query('SAVEPOINT dry_run');
  const result = await work();
  await tx.query('ROLLBACK TO SAVEPOINT dry_run');
  return result;
}
