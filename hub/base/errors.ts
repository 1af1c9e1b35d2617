/** An answer that is not 2xx, thrown anywhere in a handler; becomes a problem document (RFC 9457). */
export class HttpError extends Error {
  readonly status: number;
  /** CamelCase, stable, machine readable. */
  readonly reason: string;
  /** Beside the problem document. */
  readonly headers: Readonly<Record<string, string>>;

  /** `message` says what is wrong and what to do; it never holds personal data or a secret. */
  constructor(status: number, reason: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.headers = headers;
  }
}

export const notFound = (what: string, remedy: string): HttpError =>
  new HttpError(404, 'NotFound', `${what} was not found: ${remedy}`);
export const conflict = (reason: string, message: string): HttpError => new HttpError(409, reason, message);
export const badRequest = (reason: string, message: string): HttpError => new HttpError(400, reason, message);
export const unauthorized = (message: string): HttpError => new HttpError(401, 'Unauthorized', message);
