import sax, { type Tag } from 'sax';
import { terminal } from '../../contract/index.ts';
import { text, unexpected } from './text.ts';
import type { XmlElement } from './xml.ts';

/** An element that is still open. */
interface Open {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: XmlElement[];
  text: string;
}

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
  yield* reader.given();
}

class Reader {
  readonly #path: readonly string[];
  readonly #parser = sax.parser(true, { trim: false, normalize: false, position: false });
  readonly #names: string[] = [];
  readonly #open: Open[] = [];
  #done: XmlElement[] = [];
  #fault: Error | undefined;
  #begun = false;

  constructor(path: readonly string[]) {
    this.#path = path;
    const parser = this.#parser;
    // Without namespaces, as it is asked to, it gives attributes as plain text.
    parser.onopentag = (tag) => this.#begin(tag as Tag);
    parser.onclosetag = () => this.#end();
    parser.ontext = (value) => this.#text(value);
    parser.oncdata = (value) => this.#text(value);
    parser.ondoctype = () => {
      this.#fault ??= terminal('UnexpectedPayload', 'the file has a document type, which is not read');
    };
    parser.onerror = (error) => {
      this.#fault ??= unexpected(`the file is no XML (${error.message.split('\n')[0] ?? ''})`);
    };
  }

  take(piece: string): void {
    this.#parser.write(piece);
    if (this.#fault) throw this.#fault;
  }

  close(): void {
    if (!this.#begun) throw unexpected('the file is empty');
    this.#parser.close();
    if (this.#fault) throw this.#fault;
  }

  given(): readonly XmlElement[] {
    const done = this.#done;
    this.#done = [];
    return done;
  }

  #begin({ name, attributes }: Tag): void {
    this.#begun = true;
    this.#names.push(name);
    if (this.#open.length === 0 && !this.#isAtPath()) return;
    this.#open.push({ name, attributes, children: [], text: '' });
  }

  #isAtPath(): boolean {
    return this.#names.length === this.#path.length && this.#path.every((name, index) => this.#names[index] === name);
  }

  #text(value: string): void {
    const open = this.#open.at(-1);
    if (open) open.text += value;
  }

  #end(): void {
    this.#names.pop();
    const ended = this.#open.pop();
    if (!ended) return;
    const parent = this.#open.at(-1);
    if (parent) parent.children.push(ended);
    else this.#done.push(ended);
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
