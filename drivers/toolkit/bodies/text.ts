import { retry } from '../../contract/index.ts';

/** The text of bytes, piece by piece, whatever character a piece ends in. */
export async function* text(bytes: AsyncIterable<Uint8Array>, charset = 'utf-8'): AsyncGenerator<string> {
  const decoder = new TextDecoder(charset);
  for await (const chunk of bytes) {
    const piece = decoder.decode(chunk, { stream: true });
    if (piece !== '') yield piece;
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}

/** What is no file of the kind that it should be. */
export const unexpected = (what: string) =>
  retry('UnexpectedPayload', `${what}: the file may have been cut off, it is asked for again by itself`);
