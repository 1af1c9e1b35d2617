import { destination, pino, type Logger } from 'pino';

export type { Logger } from 'pino';

/** Field names whose values never reach a log, wherever they stand in a logged object. */
const SECRET_FIELDS = ['password', 'token', 'apiKey', 'secret', 'authorization', 'credential', 'email', 'phone'];

/** JSON lines on stderr: stdout belongs to commands whose output is data. */
export function createLogger(part: string, level: string = 'info'): Logger {
  return pino(
    {
      base: { part },
      level,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[redacted]' },
    },
    destination({ dest: 2, sync: true }),
  );
}
