import { AddressForbidden } from './addresses.ts';

export type BrokenBy =
  | 'DnsFailure'
  | 'ConnectionRefused'
  | 'CertificateInvalid'
  | 'Timeout'
  | 'Aborted'
  | 'AddressForbidden'
  | 'ConnectionFailed';

const CERTIFICATE = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_CA)/;

/** What broke a call, from what Node.js and undici throw, and the code that says so; '' where there is none. */
export function brokenCall(error: unknown): { readonly by: BrokenBy; readonly code: string; readonly cause: unknown } {
  const { code, cause } = codeOf(error);
  return { by: cause instanceof AddressForbidden ? 'AddressForbidden' : brokenBy(code), code, cause };
}

function brokenBy(code: string): BrokenBy {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'DnsFailure';
  if (code === 'ECONNREFUSED') return 'ConnectionRefused';
  if (CERTIFICATE.test(code)) return 'CertificateInvalid';
  if (code.includes('TIMEOUT') || code === 'ETIMEDOUT') return 'Timeout';
  if (code === 'ABORT_ERR' || code === 'UND_ERR_ABORTED') return 'Aborted';
  return 'ConnectionFailed';
}

/** Looks through wrappers: fetch and happy-eyeballs hide the code in `cause` or `errors`. */
function codeOf(error: unknown): { readonly code: string; readonly cause: unknown } {
  for (let current: unknown = error, depth = 0; current && depth < 5; depth++) {
    if (current instanceof AddressForbidden) return { code: '', cause: current };
    const { code, cause, errors } = current as { code?: unknown; cause?: unknown; errors?: unknown[] };
    if (typeof code === 'string') return { code, cause: current };
    current = cause ?? errors?.[0];
  }
  // What a signal throws has a name and a number: its code is no text.
  const { name } = (error ?? {}) as { name?: unknown };
  return { code: name === 'AbortError' ? 'ABORT_ERR' : name === 'TimeoutError' ? 'ETIMEDOUT' : '', cause: error };
}
