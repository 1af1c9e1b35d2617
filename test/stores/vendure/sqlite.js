import { DatabaseSync } from 'node:sqlite';

/**
 * The few methods of better-sqlite3 which TypeORM and Vendure call, on Node's own SQLite.
 *
 * better-sqlite3 would have to be compiled, and sql.js keeps the database in memory, so that a
 * killed store forgets what it had acknowledged. This one is a file: orders survive `kill -9`,
 * which is what the fault tests are about, and a seeded store is a file that can be copied.
 */
export class NodeSqlite {
  #db;

  constructor(path, options) {
    this.#db = new DatabaseSync(path, {
      readOnly: options.readonly,
      timeout: options.timeout,
      enableForeignKeyConstraints: false,
    });
  }

  prepare(sql) {
    const statement = this.#db.prepare(sql);
    return {
      reader: statement.columns().length > 0,
      all: (...parameters) => statement.all(...parameters.map(bindable)),
      run: (...parameters) => statement.run(...parameters.map(bindable)),
    };
  }

  pragma(source) {
    return this.#db.prepare(`PRAGMA ${source}`).all();
  }

  function(name, implementation) {
    this.#db.function(name, implementation);
  }

  exec(sql) {
    this.#db.exec(sql);
  }

  close() {
    this.#db.close();
  }
}

/** TypeORM leaves undefined where it means NULL; better-sqlite3 takes it so, Node's SQLite refuses. */
function bindable(value) {
  return value === undefined ? null : value;
}
