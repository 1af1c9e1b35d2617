/** Codes of OpenSSL and Node.js for a certificate that is not accepted, in words. */
const WORDS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'has expired: renew it',
  CERT_NOT_YET_VALID: 'is not valid yet: check the clocks of both machines',
};
/** Signed by somebody whom the caller does not know. */
const STRANGERS = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'INVALID_CA',
]);

const WRONG_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID';

/** Whether an error's code says that a server's certificate was not accepted. */
export function isCertificateCode(code: string): boolean {
  return code === WRONG_NAME || STRANGERS.has(code) || code in WORDS;
}

/**
 * What is wrong with the certificate of the server that was called, to stand after "the certificate of …"; undefined
 * where something else failed. `ca`: where the caller's CA comes from, for the remedy.
 */
export function certificateTrouble(error: unknown, ca: string): string | undefined {
  let at: unknown = error;
  for (let depth = 0; typeof at === 'object' && at !== null && depth < 5; depth += 1) {
    const { code, host, cause }: { code?: unknown; host?: unknown; cause?: unknown } = at;
    at = cause;
    if (typeof code !== 'string') continue;
    if (code === WRONG_NAME)
      return `does not name ${typeof host === 'string' ? host : 'the host that was called'}: have it issued for that name too`;
    if (STRANGERS.has(code)) return `is not signed by a CA that is trusted here: ${ca} must hold the CA that signed it`;
    if (WORDS[code]) return WORDS[code];
  }
  return undefined;
}
