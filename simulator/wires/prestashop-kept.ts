import type { Fields } from './prestashop-output.ts';
import { Words } from './prestashop-output.ts';
import type { Body } from './prestashop-writes.ts';

/** Fields that the shop's own model has, and those that the shop sets by itself. */
const OWN = ['price', 'date_add', 'date_upd'];

/**
 * What a PUT did to fields that the shop's model knows nothing of: a record is replaced whole, so one that is left out
 * is empty from then on, and a text in several languages that comes in one is the same in all.
 */
export class Kept {
  readonly #byRecord = new Map<string, Map<string, string>>();

  /** After a write: `columns` are those that can be written. */
  put(resource: string, before: Fields, columns: readonly string[], body: Body): void {
    for (const name of columns) {
      const now = body.get(name) ?? '';
      if (OWN.includes(name) || textOf(before, name) === now) continue;
      const key = `${resource}/${before.id}`;
      this.#byRecord.set(key, (this.#byRecord.get(key) ?? new Map<string, string>()).set(name, now));
    }
  }

  over(resource: string, rows: readonly Fields[]): readonly Fields[] {
    return rows.map((row) => {
      const changed = this.#byRecord.get(`${resource}/${row.id}`);
      return changed ? { ...row, values: new Map([...row.values, ...changed]) } : row;
    });
  }
}

/** As it stands in a body: the texts of all languages behind one another. */
function textOf({ values }: Fields, name: string): string {
  const value = values.get(name) ?? '';
  return value instanceof Words ? [...value.byLanguage.values()].map((text) => text.trim()).join('') : value.trim();
}
