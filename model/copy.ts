import { NoNumber } from './no-number.ts';

/**
 * PostgreSQL's COPY text format (PostgreSQL manual, COPY, "Text Format"): tab between columns, newline after rows, `\N`
 * for NULL, backslash escapes. Rows are encoded once, in the pod, and never parsed again before PostgreSQL.
 */
export type CopyValue = string | number | boolean | undefined | null;

const TAB = 9;
const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const BACKSLASH = 92;
const CAPITAL_N = 78;
const SMALL_F = 102;
const SMALL_T = 116;
const ZERO = 48;
const NON_ASCII = 128;
/** Of a number that is written without a string. */
const MAX_DIGITS = 9;
const SPECIAL = /[\\\t\n\r\0]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r', '\0': '' };
const FIRST_BYTES = 16 * 1024;

/** Rows as bytes, in a buffer that grows. No string is made of a row: this is where a sync pod spends its time. */
export class CopyBuffer {
  length = 0;
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);

  /** What was written, from `start` on. It shares memory: good until the next write. */
  view(start = 0): Buffer {
    return this.#bytes.subarray(start, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  /** One row with its newline. NUL, which PostgreSQL's text cannot hold, is left out. */
  row(values: readonly CopyValue[]): void {
    for (let index = 0; index < values.length; index++) {
      this.#field(values[index]);
      this.#bytes[this.length++] = TAB;
    }
    this.#bytes[this.length - 1] = NEWLINE;
  }

  /** Puts another column at the end of the last row: plain ASCII. */
  extendRow(value: string): void {
    this.#bytes[this.length - 1] = TAB;
    this.text(value);
    this.#bytes[this.length++] = NEWLINE;
  }

  /** As it is, nothing escaped. */
  text(value: string): void {
    this.#reserve(value.length * 3 + 1);
    this.length += this.#bytes.write(value, this.length, 'utf8');
  }

  append(bytes: Buffer): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Leaves room for the separator after it. */
  #field(value: CopyValue): void {
    if (typeof value === 'string') this.#escaped(value);
    else if (typeof value === 'number') this.#number(value);
    else {
      this.#reserve(3);
      if (value === undefined || value === null) {
        this.#bytes[this.length++] = BACKSLASH;
        this.#bytes[this.length++] = CAPITAL_N;
      } else this.#bytes[this.length++] = value ? SMALL_T : SMALL_F;
    }
  }

  /** Character by character while they are plain ASCII, which is nearly always to the end. */
  #escaped(value: string): void {
    const { length } = value;
    this.#reserve(length + 1);
    const bytes = this.#bytes;
    let at = this.length;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (
        code >= NON_ASCII ||
        code === BACKSLASH ||
        (code <= CARRIAGE_RETURN && (code === TAB || code === NEWLINE || code === CARRIAGE_RETURN || code === 0))
      ) {
        return this.text(SPECIAL.test(value) ? value.replace(/[\\\t\n\r\0]/g, (char) => ESCAPES[char] ?? '') : value);
      }
      bytes[at++] = code;
    }
    this.length = at;
  }

  /** Small whole numbers, which are most, without a string between. Throws `NoNumber`. */
  #number(value: number): void {
    if (!(Number.isInteger(value) && value >= 0 && value < 1e9) || Object.is(value, -0)) {
      if (!Number.isFinite(value)) throw new NoNumber();
      return this.text(String(value));
    }
    this.#reserve(MAX_DIGITS + 1);
    let digits = 1;
    for (let limit = 10; limit <= value; limit *= 10) digits++;
    let rest = value | 0;
    for (let at = this.length + digits - 1; at >= this.length; at--) {
      const tens = (rest / 10) | 0;
      this.#bytes[at] = ZERO + rest - tens * 10;
      rest = tens;
    }
    this.length += digits;
  }

  #reserve(more: number): void {
    if (this.length + more <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.length + more));
    grown.set(this.#bytes.subarray(0, this.length));
    this.#bytes = grown;
  }
}
