import { PassThrough, pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DriverError } from '../../contract/index.ts';
import { unexpected } from './text.ts';

/** Unpacks gzip as it comes, one file or several behind one another. Throws `UnexpectedPayload` where it is cut off. */
export async function* gunzip(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const unpacked = pipeline(Readable.from(bytes), createGunzip(), new PassThrough(), () => undefined);
  try {
    yield* unpacked as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw error instanceof DriverError || !isOfZlib(error) ? error : unexpected('a packed file cannot be unpacked');
  }
}

const isOfZlib = (error: unknown): boolean => String((error as { code?: unknown }).code).startsWith('Z_');
