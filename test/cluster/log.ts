import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Where progress goes: one finished line at a time. */
export type Log = (line: string) => void;

/** Progress belongs on stderr, so that stdout stays usable in `$(…)`. */
export const stderrLog: Log = (line) => {
  process.stderr.write(`${line}\n`);
};

/** For callers, tests above all, that want silence. */
export const noLog: Log = () => undefined;

/** The last lines of a component's log: what a person wants to see when it fails. */
export function lastLines(file: string, count = 25): string {
  try {
    const fd = openSync(file, 'r');
    try {
      const size = fstatSync(fd).size;
      const length = Math.min(size, 64 * 1024);
      const buffer = Buffer.alloc(length);
      readSync(fd, buffer, 0, length, size - length);
      const lines = buffer.toString('utf8').trimEnd().split('\n').slice(-count);
      return lines.map((line) => `  | ${line.slice(0, 400)}`).join('\n');
    } finally {
      closeSync(fd);
    }
  } catch {
    return '  | (no log)';
  }
}

/** Seconds since a `Date.now()` of before, for progress lines. */
export function secondsSince(start: number): string {
  const seconds = (Date.now() - start) / 1000;
  return seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`;
}
