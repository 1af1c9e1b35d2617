import { attributesOf, endOfName, isBlank, NO_ATTRIBUTES, NoXml, textOf } from './xml-words.ts';
import type { XmlElement } from './xml.ts';

/** What a scanner comes upon, in order. */
export interface XmlHandler {
  begin(name: string, attributes: XmlElement['attributes']): void;
  /** A part of a text; all parts make it. */
  text(value: string): void;
  end(): void;
  /** In place of the three: an element with neither attributes nor children, all of whose text is there. */
  leaf(name: string, text: string): void;
}

/** A document type, and with it whatever it could define. */
export class HasDocumentType extends Error {}

const [SLASH, EXCLAMATION, QUESTION, GREATER] = [0x2f, 0x21, 0x3f, 0x3e];
const CDATA = '<![CDATA[';
/** What stands up to these is no markup; of CDATA alone it is text. */
const ENDS = { [CDATA]: ']]>', '<!--': '-->', '<?': '?>' } as const;
type Opaque = keyof typeof ENDS;
const DOCTYPE = '<!DOCTYPE';
/** Of a tag with its attributes, or an entity: what is longer is never kept for the next piece. */
const MOST_KEPT = 1024 * 1024;

/**
 * Reads XML piece by piece, in one pass over the text: most of what shops send is a name, a text, the name again. It
 * looks at what tells that a file was cut off or is no XML: tags are closed in their order, there is one root and no
 * text around it, entities are the five of XML or numbers. It is lax about names: PrestaShop 8.0 has some of digits.
 */
export class XmlScanner {
  readonly #handler: XmlHandler;
  readonly #open: string[] = [];
  /** Each name once: files have few, thousands of times. */
  readonly #names = new Map<string, string>();
  #rest = '';
  #within: Opaque | undefined;
  #begun = false;

  constructor(handler: XmlHandler) {
    this.#handler = handler;
  }

  /** Throws `NoXml` or `HasDocumentType`. */
  write(piece: string): void {
    const text = this.#rest === '' ? piece : this.#rest + piece;
    this.#rest = text.slice(this.#scan(text));
    if (this.#rest.length > MOST_KEPT) throw new NoXml('a tag or an entity does not end');
  }

  /** That was all. */
  end(): void {
    if (!this.#begun) throw new NoXml('it has no element');
    if (this.#within !== undefined || this.#open.length > 0 || this.#rest !== '')
      throw new NoXml(`it ends within ${this.#within ?? `<${this.#open.at(-1) ?? ''}>`}`);
  }

  /** How far the text was read; what is left goes before the next piece. */
  #scan(text: string): number {
    let at = 0;
    for (;;) {
      if (this.#within !== undefined) at = this.#opaque(text, at, this.#within);
      if (this.#within !== undefined) return at;
      const less = text.indexOf('<', at);
      if (less < 0) return this.#textSoFar(text, at);
      if (less > at) this.#text(text.slice(at, less));
      const next = this.#markup(text, less);
      if (next < 0) return less;
      at = next;
    }
  }

  /** Behind the markup that begins at `less`; -1: not all of it is there. */
  #markup(text: string, less: number): number {
    const kind = text.charCodeAt(less + 1);
    if (kind === EXCLAMATION || kind === QUESTION) return this.#special(text, less);
    const greater = text.indexOf('>', less + 1);
    if (greater < 0) return -1;
    return kind === SLASH ? this.#close(text, less, greater) : this.#beginTag(text, less, greater);
  }

  #beginTag(text: string, less: number, greater: number): number {
    const nameEnd = endOfName(text, less + 1);
    if (nameEnd === less + 1) throw new NoXml(`"${text.slice(less, less + 20)}" is no tag`);
    const plain = nameEnd === greater;
    const read = plain ? undefined : attributesOf(text, nameEnd);
    if (!plain && read === undefined) return -1;
    if (this.#begun && this.#open.length === 0) throw new NoXml('it has a second root');
    this.#begun = true;
    const name = this.#named(text.slice(less + 1, nameEnd));
    const leaf = plain ? this.#leaf(text, greater + 1, name) : undefined;
    if (leaf !== undefined) return leaf;
    this.#handler.begin(name, read?.attributes ?? NO_ATTRIBUTES);
    if (read?.ended) this.#handler.end();
    else this.#open.push(name);
    return (read?.end ?? greater) + 1;
  }

  /** Nothing but CDATA up to the end of the element, all of it there: most of what shops send. */
  #leaf(text: string, at: number, name: string): number | undefined {
    if (!text.startsWith(CDATA, at)) return undefined;
    const end = text.indexOf(ENDS[CDATA], at + CDATA.length);
    const close = end + ENDS[CDATA].length;
    const nameEnd = close + 2 + name.length;
    if (end < 0 || text.charCodeAt(nameEnd) !== GREATER) return undefined;
    if (!text.startsWith('</', close) || !text.startsWith(name, close + 2)) return undefined;
    this.#handler.leaf(name, text.slice(at + CDATA.length, end));
    return nameEnd + 1;
  }

  #close(text: string, less: number, greater: number): number {
    const name = this.#open.pop();
    let end = less + 2 + (name?.length ?? 0);
    const same = name !== undefined && text.startsWith(name, less + 2);
    while (same && isBlank(text.charCodeAt(end))) end++;
    if (!same || end !== greater)
      throw new NoXml(`<${name ?? ''}> is closed by ${text.slice(less, Math.min(greater + 1, less + 60))}`);
    this.#handler.end();
    return greater + 1;
  }

  /** A comment, an instruction or CDATA begins; what may yet become one waits for more. */
  #special(text: string, less: number): number {
    for (const begin of [CDATA, '<!--', '<?'] as const) {
      if (!text.startsWith(begin, less)) continue;
      if (begin === CDATA && this.#open.length === 0) throw new NoXml('it has text outside of its root');
      this.#within = begin;
      return less + begin.length;
    }
    const head = text.slice(less, less + DOCTYPE.length).toUpperCase();
    if (head === DOCTYPE) throw new HasDocumentType();
    if ([DOCTYPE, CDATA, '<!--'].some((begin) => begin.startsWith(head))) return -1;
    throw new NoXml(`"${head}" is no markup`);
  }

  /** Of CDATA what is there is given at once, however long all of it is. */
  #opaque(text: string, at: number, begin: Opaque): number {
    const end = ENDS[begin];
    const found = text.indexOf(end, at);
    // Its end may come in two pieces.
    const until = found < 0 ? Math.max(at, text.length - end.length + 1) : found;
    if (begin === CDATA && until > at) this.#handler.text(text.slice(at, until));
    if (found < 0) return until;
    this.#within = undefined;
    return found + end.length;
  }

  /** A text that may go on: an entity that is not whole waits. */
  #textSoFar(text: string, at: number): number {
    const rest = text.slice(at);
    const entity = rest.lastIndexOf('&');
    const sure = entity < 0 || rest.includes(';', entity) ? rest.length : entity;
    if (sure > 0) this.#text(rest.slice(0, sure));
    return at + sure;
  }

  #text(raw: string): void {
    if (this.#open.length > 0) this.#handler.text(textOf(raw));
    else if (raw.trim() !== '') throw new NoXml('it has text outside of its root');
  }

  #named(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    this.#names.set(name, name);
    return name;
  }
}
