/**
 * PostgreSQL's COPY text format (PostgreSQL manual, COPY, "Text Format"): tab between columns, newline after rows, `\N`
 * for NULL, backslash escapes. Rows are encoded once, in the pod, and never parsed again before PostgreSQL.
 */
export type CopyValue = string | number | boolean | undefined | null;

const TAB = 9;
const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const BACKSLASH = 92;
const NON_ASCII = 128;
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
      if (index > 0) this.#byte(TAB);
      this.#field(values[index]);
    }
    this.#byte(NEWLINE);
  }

  /** Puts another column at the end of the last row: plain ASCII. */
  extendRow(value: string): void {
    this.length--;
    this.#byte(TAB);
    this.text(value);
    this.#byte(NEWLINE);
  }

  /** As it is, nothing escaped. */
  text(value: string): void {
    this.#reserve(value.length * 3);
    this.length += this.#bytes.write(value, this.length, 'utf8');
  }

  append(bytes: Buffer): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  #field(value: CopyValue): void {
    if (typeof value === 'string') this.#escaped(value);
    else if (value === undefined || value === null) this.#ascii('\\N');
    else if (typeof value === 'number') this.#ascii(String(value));
    else this.#byte(value ? 116 : 102);
  }

  /** Character by character while they are plain ASCII, which is nearly always to the end. */
  #escaped(value: string): void {
    this.#reserve(value.length);
    const bytes = this.#bytes;
    let at = this.length;
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index);
      if (code >= NON_ASCII || code === BACKSLASH || (code <= CARRIAGE_RETURN && (code === TAB || code === NEWLINE || code === CARRIAGE_RETURN || code === 0))) {
        return this.text(value.replace(/[\\\t\n\r\0]/g, (char) => ESCAPES[char] ?? ''));
      }
      bytes[at++] = code;
    }
    this.length = at;
  }

  #ascii(value: string): void {
    this.#reserve(value.length);
    for (let index = 0; index < value.length; index++) this.#bytes[this.length++] = value.charCodeAt(index);
  }

  #byte(code: number): void {
    this.#reserve(1);
    this.#bytes[this.length++] = code;
  }

  #reserve(more: number): void {
    if (this.length + more <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.length + more));
    grown.set(this.#bytes.subarray(0, this.length));
    this.#bytes = grown;
  }
}
