import { destination, pino, type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';

/** Field names whose values never reach a log, wherever they stand in a logged object. */
export const SECRET_FIELDS: readonly string[] = [
  'password',
  'token',
  'apiKey',
  'secret',
  'authorization',
  'credential',
  'email',
  'phone',
];

interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly table?: string;
  readonly constraint?: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
}

const MAX_CAUSES = 4;

/**
 * What of an error is logged, by name: libraries hang queries, their parameters and whole rows on theirs, and a message
 * of PostgreSQL's may quote a value after its first line or in `detail`.
 */
export function loggedError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { code, table, constraint } = error as { code?: unknown; table?: unknown; constraint?: unknown };
  const texts = Object.fromEntries(
    Object.entries({ code, table, constraint }).filter(([, value]) => typeof value === 'string'),
  );
  return {
    type: error.name,
    message: withoutValue(error),
    ...texts,
    ...(error.stack === undefined ? {} : { stack: error.stack.replace(error.message, withoutValue(error)) }),
    ...(error.cause !== undefined && depth < MAX_CAUSES ? { cause: loggedError(error.cause, depth + 1) } : {}),
  };
}

/** PostgreSQL ends what it says of a bad value with the value, in quotes. */
function withoutValue(error: Error): string {
  const isPostgres = typeof (error as { severity?: unknown }).severity === 'string';
  return isPostgres ? error.message.replace(/: ".*$/s, '') : error.message;
}

/** JSON lines on stderr: stdout belongs to commands whose output is data. */
export function createLogger(
  part: string,
  level: string = 'info',
  to: DestinationStream = destination({ dest: 2, sync: true }),
): Logger {
  return pino(
    {
      base: { part },
      level,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      serializers: { err: (error: unknown) => loggedError(error) },
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[redacted]' },
    },
    to,
  );
}
