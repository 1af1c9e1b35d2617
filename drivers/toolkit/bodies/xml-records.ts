import { terminal } from '../../contract/index.ts';
import { text, unexpected } from './text.ts';
import { HasDocumentType, XmlScanner } from './xml-scanner.ts';
import { NoXml } from './xml-words.ts';
import { ReadElement, type XmlElement } from './xml.ts';

/**
 * The elements at a path (`CATALOG/PRODUCTS/PRODUCT`), one by one as they end; nothing else is kept. A document type is
 * refused: what it can define (entities, files elsewhere) has no place in an answer.
 */
export async function* xmlRecords(
  bytes: AsyncIterable<Uint8Array>,
  path: string,
  charset?: string,
): AsyncGenerator<XmlElement> {
  const reader = new Reader(path.split('/'));
  for await (const piece of text(...(await withCharset(bytes, charset)))) {
    reader.take(piece);
    yield* reader.given();
  }
  reader.close();
}

class Reader {
  readonly #path: readonly string[];
  readonly #scanner: XmlScanner;
  /** Down to the element that is kept. */
  readonly #names: string[] = [];
  /** Those that are still open, of the one that is kept. */
  readonly #above: ReadElement[] = [];
  #open: ReadElement | undefined;
  #done: XmlElement[] = [];
  #empty = true;

  constructor(path: readonly string[]) {
    this.#path = path;
    this.#scanner = new XmlScanner({
      begin: (name, attributes) => this.#begin(name, attributes),
      text: (value) => {
        if (this.#open) this.#open.text += value;
      },
      end: () => this.#end(),
      leaf: (name, value) => this.#leaf(name, value),
    });
  }

  take(piece: string): void {
    this.#empty = false;
    inWords(() => this.#scanner.write(piece));
  }

  close(): void {
    if (this.#empty) throw unexpected('the file is empty');
    inWords(() => this.#scanner.end());
  }

  given(): readonly XmlElement[] {
    const done = this.#done;
    this.#done = [];
    return done;
  }

  #begin(name: string, attributes?: XmlElement['attributes']): void {
    if (this.#open) this.#above.push(this.#open);
    else {
      this.#names.push(name);
      if (!this.#isAtPath()) return;
    }
    const element = new ReadElement(name, attributes);
    this.#open?.add(name, element);
    this.#open = element;
  }

  #leaf(name: string, value: string): void {
    if (this.#open) {
      this.#open.add(name, value);
      return;
    }
    this.#names.push(name);
    if (this.#isAtPath()) this.#done.push(new ReadElement(name, undefined, value));
    this.#names.pop();
  }

  #isAtPath(): boolean {
    return this.#names.length === this.#path.length && this.#path.every((name, index) => this.#names[index] === name);
  }

  #end(): void {
    const ended = this.#open;
    this.#open = this.#above.pop();
    if (this.#open) return;
    this.#names.pop();
    if (ended) this.#done.push(ended);
  }
}

/** Faults of a file, as they concern its shop. */
function inWords(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (error instanceof HasDocumentType)
      throw terminal('UnexpectedPayload', 'the file has a document type, which is not read');
    if (error instanceof NoXml) throw unexpected(`the file is no XML (${error.message})`);
    throw error;
  }
}

/** By the answer's own word, else by the first line of the file, else UTF-8. */
async function withCharset(
  bytes: AsyncIterable<Uint8Array>,
  charset: string | undefined,
): Promise<[AsyncIterable<Uint8Array>, string | undefined]> {
  if (charset !== undefined) return [bytes, charset];
  const chunks = bytes[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done) return [bytes, undefined];
  const head = Buffer.from(first.value.subarray(0, 200)).toString('latin1');
  const named = /^\s*<\?xml[^>]*\sencoding=["']([\w.-]+)["']/.exec(head)?.[1];
  return [again(first.value, chunks), named];
}

async function* again(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
