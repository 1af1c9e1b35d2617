import type { LicenseResource } from '../../crds/index.ts';
import { timestamp } from '../../kit/conditions.ts';
import { objectKey } from '../../kit/kube/objects.ts';
import type { Caches } from '../caches.ts';
import { seatsOf, type LicenseContext, type Seat } from './seats.ts';

/**
 * Answers who sits, for connections. A License of five thousand stores is worked out once for each of its versions and
 * each change of the Stores, not once for each connection.
 */
export class SeatBook {
  readonly #caches: Pick<Caches, 'licenses' | 'stores'>;
  /** Namespaces this operator sees; empty: all. Of stores elsewhere it takes the License's word. */
  readonly #namespaces: ReadonlySet<string>;
  #seats = new WeakMap<LicenseResource, { readonly version: number; readonly seats: ReadonlyMap<string, Seat> }>();
  #storesVersion = 0;

  constructor(caches: Pick<Caches, 'licenses' | 'stores'>, namespaces: readonly string[]) {
    this.#caches = caches;
    this.#namespaces = new Set(namespaces);
  }

  /** A Store came or went. */
  storesChanged(): void {
    this.#storesVersion += 1;
  }

  seats(license: LicenseResource, now: Date): ReadonlyMap<string, Seat> {
    const known = this.#seats.get(license);
    if (known?.version === this.#storesVersion) return known.seats;
    const seats = seatsOf(license, (key) => this.#exists(key), timestamp(now));
    const byStore = new Map(seats.map((seat) => [objectKey(seat.namespace, seat.name), seat]));
    this.#seats.set(license, { version: this.#storesVersion, seats: byStore });
    return byStore;
  }

  question(storeKey: string, driver: string, now: Date, required: boolean): LicenseContext {
    const assigned = this.#caches.licenses
      .byIndex('store', storeKey)
      .map((license) => ({ license, seats: this.seats(license, now) }));
    return { storeKey, driver, now, required, any: this.#caches.licenses.size > 0, assigned };
  }

  #exists(storeKey: string): boolean {
    const [namespace = ''] = storeKey.split('/');
    const outOfSight = this.#namespaces.size > 0 && !this.#namespaces.has(namespace);
    return outOfSight || this.#caches.stores.get(storeKey) !== undefined;
  }
}
