/** An element of an XML file. Names are as they stand in it, prefix and all. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** All its own text, without that of its children. */
  readonly text: string;
}

/** The first child of the name; by several names, one within the other. */
export function child(element: XmlElement | undefined, ...names: readonly string[]): XmlElement | undefined {
  let found = element;
  for (const name of names) found = found && childOf(found, name);
  return found;
}

function childOf({ children }: XmlElement, name: string): XmlElement | undefined {
  for (const each of children) if (each.name === name) return each;
  return undefined;
}

/** Text of `child`, without blanks around it; undefined where there is no such child. */
export const childText = (element: XmlElement | undefined, ...names: readonly string[]): string | undefined =>
  child(element, ...names)?.text.trim();
