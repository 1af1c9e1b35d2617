import { HttpError } from '../base/errors.ts';

/**
 * SQLSTATEs by which a record of the batch is at fault, and what a shop's owner can understand of it. The first that
 * fits.
 */
const SAYING: readonly (readonly [RegExp, string])[] = [
  [/^(21000|23505)$/, 'two of its parts have one id'],
  [/^22003$/, 'one of its numbers is too large'],
  [/^(22021|22P05)$/, 'it holds characters that cannot be stored'],
  [/^54/, 'one of its ids, SKUs or codes is too long'],
  [/^23502$/, 'a value that it must have is missing'],
  [/^2[23]/, 'one of its values is not what it should be'],
];

/** The pod finds by halving which record it is. Anything else is thrown as it is. */
export function refuseBadRow(error: unknown): never {
  const { code } = error as { code?: unknown };
  const saying = typeof code === 'string' ? SAYING.find(([pattern]) => pattern.test(code)) : undefined;
  if (saying) throw new HttpError(422, 'BadRow', saying[1]);
  throw error;
}
