/** So many texts are kept; beyond that it begins anew, and those that many objects have come back at once. */
const MOST = 10_000;

/**
 * One copy of each text that many objects have: JSON.parse makes every one anew, and of fifty thousand feeds most say
 * the same few sentences.
 */
export class SharedTexts {
  readonly #texts = new Map<string, string>();

  of<T extends string | undefined>(text: T): T {
    if (text === undefined) return text;
    const known = this.#texts.get(text);
    if (known !== undefined) return known as T;
    if (this.#texts.size >= MOST) this.#texts.clear();
    this.#texts.set(text, text);
    return text;
  }
}
