/**
 * Takes personal data out of a payload that is kept for looking at (quarantine). By the name of the field, since no
 * platform marks them; what is left is shape, numbers, codes and times: enough to see why a record could not be read.
 */
const PERSONAL =
  /(name|mail|phone|tel|fax|mobile|street|address|addr|city|zip|postal|postcode|company|vat|tax.?id|birth|gender|note|comment|message|remark|customer|contact|recipient|ip$|iban|card|account|token|secret|password|session|latitude|longitude)/i;
/** Names that contain a personal word and mean none. */
const HARMLESS =
  /^(.*(product|variant|sku|method|option|attribute|field|file|event|channel|brand|category|tax|currency|state|status).*name|typename|__typename|name_?code)$/i;
const MAX_TEXT = 200;
const MAX_DEPTH = 12;
const MAX_ITEMS = 200;
const MAX_BYTES = 16_000;

/** As JSON of at most 16 kB. Never throws: what cannot be written down is said so. */
export function redacted(payload: unknown): string {
  try {
    const text = JSON.stringify(clean(payload, 0, false)) ?? 'null';
    return text.length <= MAX_BYTES ? text : text.slice(0, MAX_BYTES - 3) + '...';
  } catch {
    return '"the payload cannot be written as JSON"';
  }
}

function clean(value: unknown, depth: number, personal: boolean): unknown {
  if (depth > MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => clean(item, depth + 1, personal));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .slice(0, MAX_ITEMS)
        .map(([key, field]) => [key, clean(field, depth + 1, personal || isPersonal(key))]),
    );
  }
  if (typeof value === 'string')
    return personal || looksPersonal(value) ? `<text of ${value.length}>` : value.slice(0, MAX_TEXT);
  if (typeof value === 'number' && personal) return '<number>';
  return value;
}

function isPersonal(key: string): boolean {
  return PERSONAL.test(key) && !HARMLESS.test(key);
}

/** A mail address is one wherever it stands. */
function looksPersonal(text: string): boolean {
  return /[^\s@]+@[^\s@]+\.[a-z]{2,}/i.test(text);
}
