import type { Database } from '../../hub/storage/database.ts';
import { openPglite } from '../../hub/storage/pglite.ts';

/**
 * One PGlite for a file of tests: it takes four seconds to make one, and a few milliseconds to empty it. The hub under
 * test may close what it is given; the database itself ends with `end`.
 */
export class SharedPglite {
  #db: Promise<Database> | undefined;

  /** Empty, as on the first day. */
  async empty(): Promise<Database> {
    const db = await (this.#db ??= openPglite());
    await db.execute('DROP SCHEMA public CASCADE; CREATE SCHEMA public;');
    return { ...db, close: async () => undefined };
  }

  async end(): Promise<void> {
    await (await this.#db)?.close();
  }
}
