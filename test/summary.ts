/** Adds up the layers' counts from standard input; the last line of `make test`. */
import { readFileSync } from 'node:fs';

const rows = readFileSync(0, 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split(' ').map(Number));
const sum = (column: number) => rows.reduce((total, row) => total + (row[column] ?? 0), 0);
process.stdout.write(`${sum(0)} passed, ${sum(1)} failed, ${sum(2)} skipped\n`);
process.exitCode = sum(1) > 0 || sum(0) === 0 ? 1 : 0;
