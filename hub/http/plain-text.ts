import { CONTROL } from '../../kit/plain-text.ts';

/** In words, after "text with". */
export const NO_CONTROLS = 'no control characters and no half characters';

/**
 * Whether text may go on to a shop's header, a log or a terminal. PostgreSQL cannot hold U+0000 or half a surrogate
 * pair either, and would fail on them only at the end.
 */
export const isPlainText = (value: string): boolean => value.isWellFormed() && !CONTROL.test(value);
