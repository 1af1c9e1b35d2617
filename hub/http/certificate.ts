import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext, Server as TlsServer } from 'node:tls';
import type { Clock } from '../../kit/clock.ts';
import type { Logger } from '../../kit/log.ts';

/** Key and certificate chain of the hub, as PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A mounted Secret of type kubernetes.io/tls. */
export async function readCertificate(folder: string): Promise<Certificate> {
  const read = (name: string) =>
    readFile(join(folder, name), 'utf8').catch((cause: unknown) => {
      throw new Error(
        `the hub's certificate cannot be read: the Secret named in hub.tls.secretName must hold ${name}`,
        { cause },
      );
    });
  // One after the other: where both are missing, the message is always the same.
  const key = await read('tls.key');
  const cert = await read('tls.crt');
  try {
    createSecureContext({ key, cert });
  } catch (cause) {
    throw new Error(
      'the hub cannot use its certificate: in the Secret named in hub.tls.secretName, tls.crt and tls.key must be PEM and belong together',
      { cause },
    );
  }
  return { key, cert };
}

export interface FollowOptions {
  readonly read: () => Promise<Certificate>;
  /** What the server has now. */
  readonly current: Certificate;
  readonly everyMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Gives the server a renewed certificate for the connections that come then; those that are open go on. The files are
 * read and compared: a kubelet swaps a link, which a watch of files may miss. What cannot be used is logged once, and
 * the certificate before stays in force.
 */
export async function followCertificate(
  server: unknown,
  { read, current, everyMs, clock, log }: FollowOptions,
  signal: AbortSignal,
): Promise<void> {
  if (!(server instanceof TlsServer)) throw new Error('a server without TLS has no certificate to renew');
  let seen = JSON.stringify(current);
  for (;;) {
    await clock.sleep(everyMs, signal);
    if (signal.aborted) return;
    try {
      const next = await read();
      if (JSON.stringify(next) === seen) continue;
      seen = JSON.stringify(next);
      server.setSecureContext(next);
      log.info('the renewed certificate of the hub is in force');
    } catch (error) {
      log.warn({ err: error }, "the hub's renewed certificate cannot be used: the one before stays in force");
    }
  }
}
