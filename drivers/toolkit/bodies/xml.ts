/** An element of an XML file. Names are as they stand in it, prefix and all. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** All its own text, without that of its children. */
  readonly text: string;
}

const NONE = Object.freeze({});
const NO_PARTS: readonly (string | XmlElement)[] = [];

/**
 * An element as it is read. Most hold a text alone: such a child is kept as name and text, for a page has ten thousand
 * of them at once, and is an element when it is looked at.
 */
export class ReadElement implements XmlElement {
  readonly name: string;
  readonly attributes: XmlElement['attributes'];
  text = '';
  /** Of each child its name, and itself or its text. */
  #parts: (string | XmlElement)[] | undefined;

  constructor(name: string, attributes: XmlElement['attributes'] = NONE, text = '') {
    this.name = name;
    this.attributes = attributes;
    this.text = text;
  }

  /** `child`: a text stands for an element that has nothing else. */
  add(name: string, child: string | XmlElement): void {
    if (this.#parts) this.#parts.push(name, child);
    else this.#parts = [name, child];
  }

  get children(): readonly XmlElement[] {
    const parts = this.#parts ?? NO_PARTS;
    const found: XmlElement[] = [];
    for (let at = 0; at < parts.length; at += 2) found.push(elementOf(parts[at] as string, parts[at + 1]!));
    return found;
  }

  get hasChildren(): boolean {
    return this.#parts !== undefined;
  }

  /** The first child of the name, or its text where it has nothing else. */
  first(name: string): string | XmlElement | undefined {
    const parts = this.#parts ?? NO_PARTS;
    for (let at = 0; at < parts.length; at += 2) if (parts[at] === name) return parts[at + 1];
    return undefined;
  }
}

const elementOf = (name: string, child: string | XmlElement): XmlElement =>
  typeof child === 'string' ? new ReadElement(name, NONE, child) : child;

const firstOf = (element: XmlElement, name: string): string | XmlElement | undefined =>
  element instanceof ReadElement ? element.first(name) : element.children.find((each) => each.name === name);

/** The first child of the name; by several names, one within the other. */
export function child(element: XmlElement | undefined, ...names: readonly string[]): XmlElement | undefined {
  let found = element;
  for (const name of names) {
    const first = found && firstOf(found, name);
    if (first === undefined) return undefined;
    found = elementOf(name, first);
  }
  return found;
}

/** Text of `child`, without blanks around it; undefined where there is no such child. */
export function childText(element: XmlElement | undefined, name: string, ...deeper: readonly string[]) {
  if (deeper.length > 0) return child(element, name, ...deeper)?.text.trim();
  const first = element && firstOf(element, name);
  return typeof first === 'string' ? first.trim() : first?.text.trim();
}

/** Whether there is anything in it but text. */
export const hasChildren = (element: XmlElement): boolean =>
  element instanceof ReadElement ? element.hasChildren : element.children.length > 0;
