import { HttpError } from '../base/errors.ts';

/** SQL, of a row of connections: its pod has opened a session, and no other has its name since. */
export const IN_SESSION = 'registered AND NOT retired';

/** A pod's connection as far as it is remembered between its requests; whether it is in session the statements ask. */
export interface KnownConnection {
  readonly id: number;
}

/** A database that was restored knows a connection as it was then. */
export function noSession(): HttpError {
  return new HttpError(409, 'NoSession', 'open a session first: POST /sync/v1/session');
}
