const TAB = 9;
const NEWLINE = 10;
const BACKSLASH = 92;
const MINUS = 45;
const ZERO = 48;
/** A number of so many digits is exact in JavaScript. */
const EXACT_DIGITS = 15;

/**
 * Walks the rows of COPY text and shows where the values of `columns` (ascending) stand: `bounds` has a beginning and
 * an end for each, and is the same array for every row. What comes after the last of them in a row is not read. False,
 * and no further row, when one of them is escaped or NULL, or a row is too short to have it: the caller then goes
 * another way, PostgreSQL alone decodes and refuses.
 */
export function eachCopyRow(
  data: Buffer,
  columns: readonly number[],
  visit: (bounds: readonly number[]) => void,
): boolean {
  const bounds: number[] = columns.flatMap(() => [0, 0]);
  for (let at = 0; at < data.length; at++) {
    let column = 0;
    for (let wanted = 0; wanted < columns.length; wanted++) {
      for (; column < columns[wanted]!; at++) {
        const byte = data[at];
        if (byte === TAB) column++;
        else if (byte === NEWLINE || byte === undefined) return false;
      }
      bounds[2 * wanted] = at;
      for (; at < data.length && data[at] !== TAB && data[at] !== NEWLINE; at++)
        if (data[at] === BACKSLASH) return false;
      bounds[2 * wanted + 1] = at;
    }
    visit(bounds);
    const newline = data.indexOf(NEWLINE, at);
    at = newline < 0 ? data.length : newline;
  }
  return true;
}

/**
 * Values of one column of COPY text; one that stands in several rows on end comes once. Undefined where the rows cannot
 * be read so (eachCopyRow).
 */
export function copyColumn(data: Buffer, column: number): string[] | undefined {
  const values: string[] = [];
  const last = new LastValue(data);
  const read = eachCopyRow(data, [column], ([from, to]) => {
    if (last.isAnother(from!, to!)) values.push(data.toString('utf8', from, to));
  });
  return read ? values : undefined;
}

/**
 * Values of one column in the rows of which another one, which comes after it, is empty; undefined as above, for either
 * column.
 */
export function copyColumnWhereEmpty(data: Buffer, column: number, empty: number): string[] | undefined {
  const values: string[] = [];
  const last = new LastValue(data);
  const read = eachCopyRow(data, [column, empty], ([from, to, otherFrom, otherTo]) => {
    if (otherFrom === otherTo && last.isAnother(from!, to!)) values.push(data.toString('utf8', from, to));
  });
  return read ? values : undefined;
}

/** Tells values of a column that repeat the one before, as ids of records do in the rows of their children. */
export class LastValue {
  readonly #data: Buffer;
  #from = -1;
  #length = -1;

  constructor(data: Buffer) {
    this.#data = data;
  }

  /** Whether the value between two places is another than that of the call before. */
  isAnother(from: number, to: number): boolean {
    const length = to - from;
    let same = length === this.#length;
    for (let index = 0; same && index < length; index++)
      same = this.#data[from + index] === this.#data[this.#from + index];
    this.#from = from;
    this.#length = length;
    return !same;
  }
}

/** The whole number between two places of COPY text; undefined where there is none, or one too long to be exact. */
export function wholeNumberAt(data: Buffer, from: number, to: number): number | undefined {
  const negative = data[from] === MINUS;
  const digits = negative ? from + 1 : from;
  if (to <= digits || to - digits > EXACT_DIGITS) return undefined;
  let value = 0;
  for (let at = digits; at < to; at++) {
    const digit = data[at]! - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}
