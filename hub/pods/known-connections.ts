import type { ConnectionKey } from '../../crds/index.ts';
import type { Clock } from '../../kit/clock.ts';
import { HttpError } from '../base/errors.ts';
import type { KnownConnection } from '../runs/in-session.ts';
import type { Queryable } from '../storage/database.ts';
import { requireConnection } from './sessions.ts';

const REMEMBERED_MS = 10 * 60_000;

/**
 * The number of each pod's connection, so that a quiet pod's requests need not look it up. Another hub may have given
 * the name to another connection since: who uses a number has its statement ask whether it is in session.
 */
export class KnownConnections {
  readonly #db: Queryable;
  readonly #clock: Clock;
  readonly #known = new Map<string, { readonly id: number; readonly until: number }>();

  constructor(db: Queryable, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** Does `work`; once more where it was refused for a number that is of no use any more. */
  async with<T>(key: ConnectionKey, work: (connection: KnownConnection) => Promise<T>): Promise<T> {
    const remembered = this.#known.get(textOf(key));
    if (remembered === undefined || remembered.until <= this.#clock.now().getTime()) return work(await this.#look(key));
    try {
      return await work(remembered);
    } catch (error) {
      if (!(error instanceof HttpError && error.reason === 'NoSession')) throw error;
      return work(await this.#look(key));
    }
  }

  /** A session was opened: whatever was known of it may be another. */
  forget(key: ConnectionKey): void {
    this.#known.delete(textOf(key));
  }

  async #look(key: ConnectionKey): Promise<KnownConnection> {
    this.forget(key);
    const { id } = await requireConnection(this.#db, key);
    this.#known.set(textOf(key), { id, until: this.#clock.now().getTime() + REMEMBERED_MS });
    return { id };
  }
}

const textOf = ({ kind, namespace, name }: ConnectionKey): string => `${kind}/${namespace}/${name}`;
