/** Shorter values are words of the language: replacing them would hide what is said and no secret. */
const SHORTEST = 6;
const MOST_PAIRED = 8;
const MOST_PASSING = 50;

/** The secrets in force, in every writing in which a store may give them back; the longest first. */
export class Secrets implements Iterable<string> {
  /** Of the credential: these stay. */
  #own: readonly string[] = [];
  /** Tokens, and what a driver makes itself: the newest of them, as the others have run out. */
  #passing: readonly string[] = [];
  #writings: readonly string[] = [];
  /** The writings by how they begin: a text is looked through once, however many there are. */
  #beginnings: ReadonlyMap<string, readonly string[]> = new Map();
  /** Which ASCII characters stand in which place of a beginning, a bit for each: most places are ruled out by these. */
  #places: Uint8Array = new Uint8Array(128);

  /** All texts in a credential, however deep. */
  add(value: unknown): void {
    const found = this.#unknown(value);
    if (found.length === 0) return;
    this.#own = [...this.#own, ...found];
    this.#write();
  }

  /** All texts in a set of tokens. Those of before stay for long: the store knows them too. */
  addPassing(value: unknown): void {
    const found = this.#unknown(value);
    if (found.length === 0) return;
    this.#passing = [...this.#passing, ...found].slice(-MOST_PASSING);
    this.#write();
  }

  /** Whether one of them stands in the text. */
  standIn(text: string): boolean {
    if (text.length < (this.#writings.at(-1)?.length ?? Number.POSITIVE_INFINITY)) return false;
    for (let at = 0; at + SHORTEST <= text.length; at++) {
      if (!this.#mayBegin(text, at)) continue;
      const begin = this.#beginnings.get(text.slice(at, at + SHORTEST));
      if (begin?.some((secret) => text.startsWith(secret, at))) return true;
    }
    return false;
  }

  #mayBegin(text: string, at: number): boolean {
    for (let place = 0; place < SHORTEST; place++) {
      const code = text.charCodeAt(at + place);
      if (code < 128 && !(this.#places[code]! & (1 << place))) return false;
    }
    return true;
  }

  #unknown(value: unknown): string[] {
    return textsIn(value).filter(
      (text) => text.length >= SHORTEST && !this.#own.includes(text) && !this.#passing.includes(text),
    );
  }

  #write(): void {
    const paired = this.#own.slice(0, MOST_PAIRED);
    const pairs = paired.flatMap((one) => paired.filter((other) => other !== one).map((other) => `${one}:${other}`));
    const all = new Set([...this.#own, ...this.#passing, ...pairs].flatMap(writingsOf));
    this.#writings = [...all].filter((text) => text.length >= SHORTEST).sort((a, b) => b.length - a.length);
    this.#beginnings = Map.groupBy(this.#writings, (text) => text.slice(0, SHORTEST));
    this.#places = new Uint8Array(128);
    for (const begin of this.#beginnings.keys())
      for (let place = 0; place < SHORTEST; place++) {
        const code = begin.charCodeAt(place);
        if (code < 128) this.#places[code]! |= 1 << place;
      }
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#writings[Symbol.iterator]();
  }
}

function textsIn(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return [value, ...value.split(/\r?\n/)];
  if (typeof value !== 'object' || value === null || depth > 5) return [];
  return Object.values(value).flatMap((inner) => textsIn(inner, depth + 1));
}

function writingsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  const hex = bytes.toString('hex');
  const url = encodeURIComponent(text.toWellFormed());
  return [
    text,
    text.trim(),
    url,
    url.toLowerCase(),
    url.replaceAll('%20', '+'),
    encodeURI(text.toWellFormed()),
    JSON.stringify(text).slice(1, -1),
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    hex,
    hex.toUpperCase(),
    ...[0, 1, 2].flatMap((offset) => inBase64(bytes, offset)),
  ];
}

/** As it stands in base64, whatever stands before and after it there. */
function inBase64(bytes: Buffer, offset: number): string[] {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const from = Math.ceil((offset * 8) / 6);
  const sure = whole.slice(from, Math.floor(((offset + bytes.length) * 8) / 6));
  return [sure, sure.replaceAll('+', '-').replaceAll('/', '_')];
}
