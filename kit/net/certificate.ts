import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { createSecureContext, Server as TlsServer, TLSSocket, type TlsOptions } from 'node:tls';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';

/** Key and certificate chain of a server, as PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** Present: who is let in shows a certificate that this CA has signed. */
  readonly clientCa?: string;
}

/** Where a certificate comes from; asked again every `everyMs`, for renewals. */
export interface CertificateSource {
  readonly read: () => Promise<Certificate>;
  readonly everyMs: number;
}

/** Where a certificate is, and how to speak of it. */
export interface CertificateFiles {
  /** A mounted Secret of type kubernetes.io/tls. */
  readonly folder: string;
  /** Whose it is: "the hub". */
  readonly whose: string;
  /** The value of the chart that names the Secret. */
  readonly setting: string;
  /** Whether its ca.crt is the CA of those who may ask. */
  readonly clients?: boolean;
}

/** A kubelet takes about a minute to show a new Secret. */
const RENEWAL_LOOK_MS = 10_000;
/** Whoever connects and does not get to TLS within it is let go: the times of HTTP begin only then. */
const HANDSHAKE_MS = 10_000;

/** A mounted Secret as the source of a server's certificate. */
export function certificateFrom(files: CertificateFiles): CertificateSource {
  return { read: () => readCertificate(files), everyMs: RENEWAL_LOOK_MS };
}

/** Key and certificate of a mounted Secret. Throws with what the Secret must hold. */
export async function readCertificate({ folder, whose, setting, clients }: CertificateFiles): Promise<Certificate> {
  const read = (name: string) =>
    readFile(join(folder, name), 'utf8').catch((cause: unknown) => {
      throw new Error(`the certificate of ${whose} cannot be read: the Secret named in ${setting} must hold ${name}`, {
        cause,
      });
    });
  // One after the other: where both are missing, the message is always the same.
  const key = await read('tls.key');
  const cert = await read('tls.crt');
  const clientCa = clients ? await read('ca.crt') : undefined;
  try {
    createSecureContext({ key, cert });
    // As a CA anything would be taken, and nobody let in.
    if (clientCa !== undefined) new X509Certificate(clientCa);
  } catch (cause) {
    const names = clients ? 'tls.crt, tls.key and ca.crt' : 'tls.crt and tls.key';
    throw new Error(
      `${whose} cannot use its certificate: in the Secret named in ${setting}, ${names} must be PEM and belong together`,
      { cause },
    );
  }
  return { key, cert, ...(clientCa === undefined ? {} : { clientCa }) };
}

/**
 * What a server of node:https is given. Who shows no certificate is not turned away here: a kubelet that probes has
 * none; `mayEnter` says of each request whether it showed a good one.
 */
export function tlsOptions({ key, cert, clientCa }: Certificate): TlsOptions {
  const own = { key, cert, handshakeTimeout: HANDSHAKE_MS };
  return clientCa === undefined ? own : { ...own, ca: clientCa, requestCert: true, rejectUnauthorized: false };
}

/** Whether who is at the other end has shown what the certificate asks of clients; always where it asks nothing. */
export function mayEnter(socket: unknown, certificate: Certificate | undefined): boolean {
  return certificate?.clientCa === undefined || (socket instanceof TLSSocket && socket.authorized);
}

export interface FollowOptions extends CertificateSource {
  /** What the server has now. */
  readonly current: Certificate;
  /** Whose it is: "the hub". */
  readonly whose: string;
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
  { read, current, everyMs, whose, clock, log }: FollowOptions,
  signal: AbortSignal,
): Promise<void> {
  if (!(server instanceof TlsServer)) throw new Error('a server without TLS has no certificate to renew');
  let seen = JSON.stringify(current);
  let told: string | undefined;
  for (;;) {
    await clock.sleep(everyMs, signal);
    if (signal.aborted) return;
    try {
      const next = await read();
      told = undefined;
      if (JSON.stringify(next) === seen) continue;
      seen = JSON.stringify(next);
      server.setSecureContext(tlsOptions(next));
      log.info(`the renewed certificate of ${whose} is in force`);
    } catch (error) {
      const trouble = String(error);
      if (trouble === told) continue;
      told = trouble;
      log.warn({ err: error }, `the renewed certificate of ${whose} cannot be used: the one before stays in force`);
    }
  }
}
