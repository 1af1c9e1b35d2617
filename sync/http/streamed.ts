import { parseJson, terminal, wholeResponse, type ShopResponse } from '../../drivers/contract/index.ts';
import { networkError } from './network-errors.ts';
import type { TransportResponse } from './transport.ts';

/** What `text` and `json` take of an answer that was asked for as a stream. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024;

/** An answer, and until when it holds its place in the budget; absent: it is all there. */
export interface Received {
  readonly response: ShopResponse;
  readonly over?: Promise<void>;
}

/**
 * An answer as the driver gets it. Of one that comes as a stream the first bytes are waited for: until then it can be
 * asked for again.
 */
export async function receive(
  { status, headers, body }: TransportResponse,
  signal: AbortSignal | undefined,
): Promise<Received> {
  if (typeof body === 'string' || body instanceof Uint8Array) return { response: wholeResponse(status, headers, body) };
  const chunks = body[Symbol.asyncIterator]();
  const first = await chunks.next();
  const { promise: over, resolve } = Promise.withResolvers<void>();
  if (first.done || signal?.aborted) resolve();
  signal?.addEventListener('abort', () => resolve(), { once: true });
  let taken = false;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    if (taken) throw new Error('the body of a stream can be read once');
    taken = true;
    try {
      for (let next = first; !next.done; next = await chunks.next()) yield next.value;
    } catch (error) {
      throw networkError(error);
    } finally {
      resolve();
      await chunks.return?.();
    }
  }
  const text = async () => new TextDecoder().decode(await collected(bytes()));
  const json = async () => parseJson(await text(), status, headers['content-type']);
  return { response: { status, headers, bytes, text, json }, over };
}

async function collected(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.byteLength;
    if (size > MAX_TEXT_BYTES)
      throw terminal('AnswerTooLarge', `the answer has more than ${MAX_TEXT_BYTES} bytes: read it with bytes()`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
