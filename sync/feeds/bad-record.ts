import type { BatchProblem } from '../../model/batch.ts';
import { placeOfNoNumber } from '../../model/no-number.ts';
import { stockSubject } from '../../model/subjects.ts';
import type { CanonicalRecord } from '../../model/records.ts';

/**
 * A record as the hub can take it, where nothing is lost by it: an image that is listed twice is one image. Undefined:
 * as it is.
 */
export function mended(record: CanonicalRecord): CanonicalRecord | undefined {
  if (record.kind !== 'product') return undefined;
  const images = firstOfEach(record.images);
  const variants = firstOfEach(record.variants);
  const same = variants.every((variant) =>
    record.variants.every((other) => other.id !== variant.id || JSON.stringify(other) === JSON.stringify(variant)),
  );
  if (!same || (images.length === record.images.length && variants.length === record.variants.length)) return undefined;
  return { ...record, images, variants };
}

/** What is wrong with a record, as far as it can be seen here. */
export function faultOf(record: CanonicalRecord): string | undefined {
  const place = placeOfNoNumber(record);
  if (place !== undefined) return `its ${place} is no number`;
  const [what, parts] =
    record.kind === 'order'
      ? (['lines', record.lines] as const)
      : record.kind === 'product'
        ? (['variants', record.variants] as const)
        : [];
  const twice = parts?.find(({ id }, index) => parts.findIndex((other) => other.id === id) !== index);
  return twice && `two of its ${what} have the id "${twice.id.slice(0, 100)}"`;
}

/** What a problem calls the record. */
export function subjectOf(record: CanonicalRecord): Pick<BatchProblem, 'record' | 'number'> {
  if (record.kind === 'stock') return { record: stockSubject(record.sku, record.locationId) };
  return { record: keyOf(record), ...(record.kind === 'order' ? { number: record.number } : {}) };
}

/** One for each record of a feed. */
export function keyOf(record: CanonicalRecord): string {
  if (record.kind === 'stock') return `${record.variantId}@${record.locationId}`;
  if (record.kind === 'productSupplier') return `${record.variantId}@${record.supplierId}`;
  return `${record.kind === 'order' || record.kind === 'product' ? '' : record.kind + ':'}${record.id}`;
}

function firstOfEach<T extends { readonly id: string }>(parts: readonly T[]): readonly T[] {
  return parts.filter(({ id }, index) => parts.findIndex((other) => other.id === id) === index);
}
