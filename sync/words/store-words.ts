import { withoutControls } from '../../kit/plain-text.ts';

/** What is shown of a sentence of a store; more is no sentence. */
const LONGEST = 1000;
/** Looked at at most: what is longer is cut before. */
const LOOKED_AT = 20_000;
const SHORTEST_HALF = 6;
const MAIL = /[^\s"'<>(),;:=]+@[^\s"'<>(),;:=]+\.[^\s"'<>(),;:=]+/g;
/** Telephone, card and account numbers: nine digits or more, with what people put between. */
const DIGITS = /\+?\d(?:[ ./()-]{0,2}\d){8,}/g;

/**
 * All text that a store says goes through here before anybody reads it: terminal escapes and controls go, secrets in
 * any encoding become `[credential]`, mail addresses and long numbers are told by their shape, and it ends somewhere.
 * A store may be hostile, or echo what it was sent. `known`: numbers of records, which people need. Pure.
 */
export function storeWords(text: string, secrets: Iterable<string>, known: readonly string[] = []): string {
  let clean = withoutControls(text.slice(0, LOOKED_AT));
  const all = [...secrets];
  for (const secret of all) clean = clean.replaceAll(secret, '[credential]');
  for (const end of ENDS) for (const secret of all) clean = withoutHalf(clean, secret, end);
  clean = clean
    .replace(MAIL, '[mail address]')
    .replace(DIGITS, (run) => (known.some((number) => number.includes(run)) ? run : `[${run.length} digits]`));
  return clean.length <= LONGEST ? clean : clean.slice(0, LONGEST - 1).toWellFormed() + '…';
}

/** Where a quote that was cut may end: with the mark of a cut, or where a sentence goes on after it. */
const ENDS = [/…/, /[)"]| \(/];

/** Drivers quote the beginning of what is long: where a quote ends, the first part of a secret may stand. */
function withoutHalf(text: string, secret: string, end: RegExp): string {
  const start = secret.slice(0, SHORTEST_HALF);
  for (let at = text.indexOf(start); at >= 0; at = text.indexOf(start, at + 1)) {
    const rest = text.slice(at);
    const length = rest.search(end);
    const half = length < 0 ? rest : rest.slice(0, length);
    if (secret.startsWith(half)) return text.slice(0, at) + '[credential]' + rest.slice(half.length);
  }
  return text;
}
