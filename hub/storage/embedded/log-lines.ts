/** One line of the server's log. */
export interface LogLine {
  readonly severity: string;
  readonly text: string;
}

/** "FATAL:  could not …". Anything else (a continuation, the loader's own words) has severity "". */
export function parseLogLine(line: string): LogLine {
  const found = /^(DEBUG|LOG|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC|DETAIL|HINT|CONTEXT|STATEMENT|QUERY):\s+(.*)$/.exec(
    line,
  );
  return found ? { severity: found[1]!, text: found[2]! } : { severity: '', text: line };
}

/** The end of one session, which whoever had it hears of; the server is well. */
const OF_A_SESSION =
  /^(the database system is |terminating |sorry, too many clients|remaining connection slots|role |database )/;

/** How the hub logs it; undefined: not at all, since it may show values of records. */
export function logLevel({ severity, text }: LogLine): 'debug' | 'warn' | 'error' | undefined {
  switch (severity) {
    case 'FATAL':
      return OF_A_SESSION.test(text) ? 'debug' : 'error';
    case 'PANIC':
      return 'error';
    case 'WARNING':
      return 'warn';
    case 'LOG':
    case 'HINT':
    case '':
      return 'debug';
    default:
      return undefined;
  }
}
