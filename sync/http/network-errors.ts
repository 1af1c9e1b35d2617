import { DriverError, retry, terminal } from '../../drivers/contract/index.ts';

const CERTIFICATE = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_CA)/;

/**
 * What Node.js and undici say of a broken call, as the contract's reasons with a remedy. Tells a wrong host from a
 * closed port.
 */
export function networkError(error: unknown): DriverError {
  if (error instanceof DriverError) return error;
  const code = codeOf(error);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return retry('DnsFailure', 'the host name of settings.url does not resolve: check its spelling, and DNS');
  if (code === 'ECONNREFUSED')
    return retry('ConnectionRefused', 'nothing listens at settings.url: check host and port, and that the store runs');
  if (CERTIFICATE.test(code))
    return terminal(
      'CertificateInvalid',
      `the store's TLS certificate is not accepted (${code}): renew it, or use the name that it is made for`,
    );
  if (code.includes('TIMEOUT') || code === 'ETIMEDOUT')
    return retry('Timeout', 'the store did not answer in time: check that it is up, and network policies between');
  if (code === 'ABORT_ERR' || code === 'UND_ERR_ABORTED')
    return retry('Aborted', 'the call was given up because the run stops');
  return retry('ConnectionFailed', `the connection to the store broke (${code || 'no code'}): tried again by itself`);
}

/** Looks through wrappers: fetch and happy-eyeballs hide the code in `cause` or `errors`. */
function codeOf(error: unknown): string {
  for (let current: unknown = error, depth = 0; current && depth < 5; depth++) {
    const { code, cause, errors } = current as { code?: unknown; cause?: unknown; errors?: unknown[] };
    if (typeof code === 'string') return code;
    current = cause ?? errors?.[0];
  }
  // What a signal throws has a name and a number: its code is no text.
  const { name } = (error ?? {}) as { name?: unknown };
  return name === 'AbortError' ? 'ABORT_ERR' : name === 'TimeoutError' ? 'ETIMEDOUT' : '';
}
