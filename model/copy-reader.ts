const TAB = 9;
const NEWLINE = 10;
const BACKSLASH = 92;

/**
 * Values of one column of COPY text, a row each, found without reading the others. Undefined when one of them is escaped
 * or NULL: the caller then goes another way, PostgreSQL alone decodes.
 */
export function copyColumn(data: Buffer, column: number): string[] | undefined {
  const values: string[] = [];
  for (let row = 0; row < data.length;) {
    let from = row;
    for (let passed = 0; passed < column; passed++) from = data.indexOf(TAB, from) + 1;
    const newline = data.indexOf(NEWLINE, from);
    const tab = data.indexOf(TAB, from);
    const end = newline < 0 ? data.length : newline;
    const to = tab < 0 || tab > end ? end : tab;
    const value = data.toString('utf8', from, to);
    if (value.charCodeAt(0) === BACKSLASH || value.includes('\\')) return undefined;
    values.push(value);
    row = end + 1;
  }
  return values;
}
