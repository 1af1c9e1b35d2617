/** An element to be written: its attributes and children, a text where there is only that. */
export interface XmlNode {
  readonly name: string;
  /** Undefined ones are left out. */
  readonly attributes?: Readonly<Record<string, string | number | undefined>>;
  readonly content?: string | number | readonly XmlNode[];
}

/** A whole file, in UTF-8. */
export function toXml(root: XmlNode): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(root)}`;
}

function element({ name, attributes = {}, content = [] }: XmlNode): string {
  const given = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${checked(key)}="${escaped(String(value))}"`);
  const inner =
    typeof content === 'string' || typeof content === 'number'
      ? escaped(String(content))
      : content.map(element).join('');
  const tag = checked(name);
  return inner === '' ? `<${tag}${given.join('')}/>` : `<${tag}${given.join('')}>${inner}</${tag}>`;
}

function checked(name: string): string {
  if (!/^[A-Za-z_][\w.:-]*$/.test(name)) throw new Error(`"${name}" is no name of an element or attribute`);
  return name;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** XML has no way to write most control characters: they are left out. Half a surrogate pair becomes U+FFFD. */
const escaped = (value: string): string =>
  value
    .toWellFormed()
    // eslint-disable-next-line no-control-regex -- they are what is taken out
    .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '')
    .replace(/[&<>"\t\n\r]/g, (character) => ESCAPES[character]!);
