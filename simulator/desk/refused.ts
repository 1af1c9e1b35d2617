/** Why the desk does not do what it is asked. Each platform has words of its own for it. */
export type RefusalKind =
  /** The key is not accepted. */
  | 'unauthorized'
  /** The key may not do this; `detail` is the permission. */
  | 'forbidden'
  | 'missing'
  /** Not as the API wants it. */
  | 'invalid'
  /** What is there does not allow it. */
  | 'conflict'
  | 'throttled'
  | 'broken'
  /** Of the endpoint that gives tokens: the client, or what it was given, is not good. */
  | 'invalid client'
  | 'invalid grant';

/** An answer that is no success, thrown anywhere in a route. */
export class Refused extends Error {
  readonly kind: RefusalKind;
  readonly detail: string | undefined;

  constructor(kind: RefusalKind, message: string, detail?: string) {
    super(message);
    this.kind = kind;
    this.detail = detail;
  }
}
