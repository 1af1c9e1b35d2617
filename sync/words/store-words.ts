import { withoutControls } from '../../kit/plain-text.ts';

/** What is shown of a sentence of a store; more is no sentence. */
const LONGEST = 1000;
/** Looked at at most: what is longer is cut before, and never by a half of a secret at its end. */
const LOOKED_AT = 20_000;
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
  for (const secret of secrets) clean = clean.replaceAll(secret, '[credential]');
  clean = clean
    .replace(MAIL, '[mail address]')
    .replace(DIGITS, (run) => (known.some((number) => number.includes(run)) ? run : `[${run.length} digits]`));
  return clean.length <= LONGEST ? clean : clean.slice(0, LONGEST - 1).toWellFormed() + '…';
}
