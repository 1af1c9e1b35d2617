import type { XmlElement } from '../toolkit/bodies/xml.ts';

/** What a resource has in the release of the shop, as its own `schema=synopsis` says. */
export interface Schema {
  readonly fields: ReadonlySet<string>;
  /** What a PUT may hold: neither fields that cannot be set nor those that the shop works out. */
  readonly writable: ReadonlySet<string>;
}

/** Pure. */
export function schemaOf(record: XmlElement): Schema {
  const own = record.children.filter(({ name }) => name !== 'associations');
  const kept = own.filter(
    ({ attributes: { readOnly, notFilterable } }) => readOnly !== 'true' && notFilterable !== 'true',
  );
  return {
    fields: new Set(['id', ...own.map(({ name }) => name)]),
    writable: new Set(['id', ...kept.map(({ name }) => name)]),
  };
}
