import { createHmac } from 'node:crypto';

/** Marks the digests of this form: older versions showed the pod's own, which could be guessed. */
const PREFIX = 'k1-';

/**
 * The digest of credential and settings in the form that a status may show. The pod's own digest can be worked out by
 * whoever guesses the password; the hub's key, which no resource holds, makes this one say nothing.
 */
export class ShownDigest {
  readonly #own: string;
  readonly text: string;

  constructor(own: string, hubKey: string) {
    this.#own = own;
    this.text = PREFIX + createHmac('sha256', hubKey).update(own).digest('hex').slice(0, 32);
  }

  /** Whether a status that shows `text` was written for the same credential and settings. */
  is(text: string): boolean {
    return text === (text.startsWith(PREFIX) ? this.text : this.#own);
  }
}
