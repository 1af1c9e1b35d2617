import { certificateTrouble } from '../../kit/net/certificate-trouble.ts';

const CA = 'the Secret of hub.database.caSecretName';

/** What a database says to a session that it takes over TLS alone: class 28, and no entry of pg_hba.conf. */
const WANTS_TLS = /no pg_hba\.conf entry .*no encryption/;
const HAS_NO_TLS = 'The server does not support SSL connections';

/** Why no session came about, where it is TLS: in words, with the remedy. Any other error as it is. */
export function sayTlsTrouble(error: unknown): unknown {
  const trouble = certificateTrouble(error, CA);
  if (trouble) return new Error(`the certificate of the hub's database ${trouble}`, { cause: error });
  const message = (error as { message?: unknown } | undefined)?.message;
  if (message === HAS_NO_TLS)
    return new Error(
      "the hub's database has no TLS: turn ssl on there, or set hub.database.sslMode to disable where its network is yours alone",
      { cause: error },
    );
  if (typeof message === 'string' && WANTS_TLS.test(message))
    return new Error("the hub's database takes sessions over TLS alone: set hub.database.sslMode to verify-full", {
      cause: error,
    });
  return error;
}
