import type { XmlElement } from './xml.ts';

/** What is no XML, in a few words. */
export class NoXml extends Error {}

/** Of an element that has none. */
export const NO_ATTRIBUTES: XmlElement['attributes'] = Object.freeze({});

const [TAB, LINE, RETURN, BLANK, SLASH, EQUALS, GREATER] = [0x09, 0x0a, 0x0d, 0x20, 0x2f, 0x3d, 0x3e];

export const isBlank = (code: number): boolean => code === BLANK || code === LINE || code === TAB || code === RETURN;

/** Letters, digits and what else stands in names; all that is not ASCII counts as a letter. */
const isOfName = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x2d && code <= 0x3a && code !== SLASH) ||
  code === 0x5f ||
  code >= 0x80;

/** Behind the name that begins at `at`; `at` itself where none does. */
export function endOfName(text: string, at: number): number {
  let end = at;
  // The code behind the end of the text is no number, and of no name.
  while (isOfName(text.charCodeAt(end))) end++;
  return end;
}

export interface TagRest {
  readonly attributes: XmlElement['attributes'];
  /** Where its ">" is. */
  readonly end: number;
  /** The element ends with its tag: "/>". */
  readonly ended: boolean;
}

/** A tag from behind its name on; undefined: not all of it is there. Of two attributes of a name the first counts. */
export function attributesOf(text: string, from: number): TagRest | undefined {
  const attributes: Record<string, string> = {};
  let at = from;
  for (;;) {
    const before = at;
    while (isBlank(text.charCodeAt(at))) at++;
    const code = text.charCodeAt(at);
    if (code === GREATER) return { attributes, end: at, ended: false };
    if (code === SLASH && text.charCodeAt(at + 1) === GREATER) return { attributes, end: at + 1, ended: true };
    if (at >= text.length || (code === SLASH && at + 1 >= text.length)) return undefined;
    const nameEnd = endOfName(text, at);
    if (nameEnd === at || at === before) throw noTag(text, at);
    const name = text.slice(at, nameEnd);
    const begin = behindEquals(text, nameEnd);
    if (begin >= text.length) return undefined;
    const quote = text[begin]!;
    if (quote !== '"' && quote !== "'") throw noTag(text, at);
    const end = text.indexOf(quote, begin + 1);
    if (end < 0) return undefined;
    if (!Object.hasOwn(attributes, name)) attributes[name] = textOf(text.slice(begin + 1, end));
    at = end + 1;
  }
}

/** Where the value of an attribute begins; behind the text where that is not there yet. */
function behindEquals(text: string, from: number): number {
  let at = from;
  while (isBlank(text.charCodeAt(at))) at++;
  if (at >= text.length) return at;
  if (text.charCodeAt(at) !== EQUALS) throw noTag(text, from);
  at++;
  while (isBlank(text.charCodeAt(at))) at++;
  return at;
}

const noTag = (text: string, at: number) => new NoXml(`"${text.slice(at, at + 20)}" is no attribute`);

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const LAST_CODE = 0x10ffff;

/** With the five entities of XML, and numbers, as the letters that they stand for; throws `NoXml` for any other. */
export function textOf(raw: string): string {
  if (!raw.includes('&')) return raw;
  return raw.replace(/&([^;&<]{0,40};?)/g, (whole, inner: string) => {
    const name = inner.endsWith(';') ? inner.slice(0, -1) : '';
    const letter = ENTITIES[name] ?? numbered(name);
    if (letter === undefined) throw new NoXml(`"${whole.slice(0, 20)}" is no entity of XML`);
    return letter;
  });
}

function numbered(name: string): string | undefined {
  const match = /^#(?:x([0-9a-fA-F]{1,8})|(\d{1,8}))$/.exec(name);
  if (!match) return undefined;
  const code = match[1] === undefined ? Number(match[2]) : Number.parseInt(match[1], 16);
  return code <= LAST_CODE ? String.fromCodePoint(code) : undefined;
}
