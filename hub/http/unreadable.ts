import { STATUS_CODES } from 'node:http';
import type { ConnectionError, FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';
import { HttpError } from '../base/errors.ts';
import { problemOf } from './problem.ts';
import { safeHeaders } from './safe-headers.ts';

const LATE = new HttpError(408, 'RequestTimeout', 'the request did not arrive in time: send it again, and faster');
const LONG = new HttpError(
  431,
  'HeadersTooLarge',
  'the headers of the request are too long: send fewer or shorter ones',
);
const MALFORMED = new HttpError(
  400,
  'MalformedRequest',
  'the request is no HTTP/1.1 that can be read: look at its head',
);

const BY_CODE: Readonly<Record<string, HttpError>> = { ERR_HTTP_REQUEST_TIMEOUT: LATE, HPE_HEADER_OVERFLOW: LONG };

/** Answers a URL that no route can take: it never comes to the error handler of the routes. */
export function answerUnroutable(error: FastifyError, { id }: FastifyRequest, { raw }: FastifyReply): void {
  const body = JSON.stringify(problemOf(error));
  raw.writeHead(error.statusCode ?? 400, { ...describing(body), 'x-request-id': id }).end(body);
}

/** Answers what cannot be read as a request, and ends its connection: there is nothing but the socket then. */
export function answerUnreadable(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const said = BY_CODE[error.code] ?? MALFORMED;
  const body = JSON.stringify(problemOf(said));
  const headers = { ...safeHeaders(''), ...describing(body), connection: 'close' };
  const head = [
    `HTTP/1.1 ${said.status} ${STATUS_CODES[said.status]}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroy(error);
}

const describing = (body: string): Readonly<Record<string, string>> => ({
  'content-type': 'application/problem+json',
  'content-length': String(Buffer.byteLength(body)),
});
