const TAB = 9;
const NEWLINE = 10;
const BACKSLASH = 92;

/**
 * Values of one column of COPY text, found without reading the columns after it; one that stands in several rows on end
 * comes once. Undefined when a value is escaped or NULL: the caller then goes another way, PostgreSQL alone decodes.
 */
export function copyColumn(data: Buffer, column: number): string[] | undefined {
  const values: string[] = [];
  let last = -1;
  let lastLength = -1;
  for (let row = 0; row < data.length;) {
    let from = row;
    for (let passed = 0; passed < column; from++) if (data[from] === TAB) passed++;
    let to = from;
    for (; to < data.length && data[to] !== TAB && data[to] !== NEWLINE; to++)
      if (data[to] === BACKSLASH) return undefined;
    if (to - from !== lastLength || !sameBytes(data, from, last, lastLength))
      values.push(data.toString('utf8', from, to));
    last = from;
    lastLength = to - from;
    const newline = data.indexOf(NEWLINE, to);
    row = newline < 0 ? data.length : newline + 1;
  }
  return values;
}

/**
 * Values of one column in the rows of which another one is empty; undefined as above, for either column. `column` comes
 * before `empty` in the row.
 */
export function copyColumnWhereEmpty(data: Buffer, column: number, empty: number): string[] | undefined {
  const others = copyColumn(data, empty);
  if (!others || others.every((value) => value === '')) return others && copyColumn(data, column);
  const values: string[] = [];
  for (const row of data.toString('utf8').split('\n')) {
    const fields = row.split('\t');
    const [value, other] = [fields[column], fields[empty]];
    if (value === undefined || other === undefined) continue;
    if (value.includes('\\')) return undefined;
    if (other === '') values.push(value);
  }
  return values;
}

function sameBytes(data: Buffer, one: number, other: number, length: number): boolean {
  for (let index = 0; index < length; index++) if (data[one + index] !== data[other + index]) return false;
  return true;
}
