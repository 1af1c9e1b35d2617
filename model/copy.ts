/**
 * PostgreSQL's COPY text format (PostgreSQL manual, COPY, "Text Format"): tab between columns, newline after rows, `\N`
 * for NULL, backslash escapes. Rows are encoded once, in the pod, and never parsed again before PostgreSQL.
 */
export type CopyValue = string | number | boolean | undefined | null;

const SPECIAL = /[\\\t\n\r\0]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r', '\0': '' };

/** One row with its newline. NUL, which PostgreSQL's text cannot hold, is left out. */
export function copyRow(values: readonly CopyValue[]): string {
  let row = '';
  for (let index = 0; index < values.length; index++) {
    if (index > 0) row += '\t';
    row += copyField(values[index]);
  }
  return row + '\n';
}

function copyField(value: CopyValue): string {
  if (value === undefined || value === null) return '\\N';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 't' : 'f';
  return SPECIAL.test(value) ? value.replace(/[\\\t\n\r\0]/g, (char) => ESCAPES[char] ?? '') : value;
}
