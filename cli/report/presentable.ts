import { SECRET_FIELDS } from '../../kit/log.ts';
import { withoutControls } from '../../kit/plain-text.ts';
import { storeWords } from '../../sync/words/store-words.ts';
import { withoutSecretShapes } from './secret-shapes.ts';

/**
 * The one door to a report: whatever is written to it has passed here. It is what guards logs and status (storeWords,
 * the secret fields of the logger), and shapes of secrets besides, as the report knows no secret by its value.
 */

const REDACTED = '[redacted]';
const MAX_DEPTH = 16;
/** Looked at of a text; more is no sentence. */
const LOOKED_AT = 4000;

const INSTANT = /(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const ID_FIELD = /^(?:uid|id|\w+Id)$/;
/** Longer numbers could be a telephone. */
const LONGEST_NUMBER = 99_999_999;

const plain = (field: string): string => field.toLowerCase().replaceAll(/[^a-z]/g, '');
const SECRETS = [
  ...SECRET_FIELDS.map(plain),
  ...['passwd', 'pwd', 'passphrase', 'cookie', 'privatekey', 'accesskey', 'consumerkey', 'signature', 'mail'],
];
/** A person, or what a shop gave of one, with all that stands below. */
const PERSONS =
  /^(?:customer|buyer|consignee|recipient|person|payer|contact|payload|body|before|after|properties|note|notes|(?:first|last|full|family|given|customer|company)name|phone\w*|street\w*|(?:(?:billing|shipping|delivery|invoice)?address)|city|zip|postcode|postalcode)$/;

const isHidden = (field: string): boolean =>
  PERSONS.test(field) || SECRETS.some((secret) => field.endsWith(secret) || field.endsWith(`${secret}s`));

/** Text on one line. Instants stay: they are digits, and no telephone. */
export function presentableText(text: string): string {
  return withoutControls(beginning(text))
    .split(INSTANT)
    .map((part, index) => (index % 2 === 1 ? part : part === '' ? '' : storeWords(withoutSecretShapes(part), [])))
    .join('');
}

/** Cut between words: half a secret has no shape. */
const beginning = (text: string): string =>
  text.length <= LOOKED_AT ? text : `${text.slice(0, LOOKED_AT).replace(/\S*$/, '')}…`;

/** Any JSON: names of fields are text of somebody's, too. */
export function presentable(value: unknown, field = '', depth = 0): unknown {
  if (value === null || value === undefined || typeof value === 'boolean') return value;
  if (isHidden(plain(field))) return REDACTED;
  if (typeof value === 'object') {
    if (depth > MAX_DEPTH) return '…';
    if (Array.isArray(value)) return value.map((item) => presentable(item, field, depth + 1));
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [presentableText(name), presentable(inner, name, depth + 1)]),
    );
  }
  if (typeof value === 'number') return Math.abs(value) <= LONGEST_NUMBER ? value : `[number of ${digits(value)}]`;
  if (typeof value !== 'string') return `[${typeof value}]`;
  return ID_FIELD.test(field) && UUID.test(value) ? value : presentableText(value);
}

/** A line of a log: JSON field by field, as our parts write it, and anything else as text. */
export function presentableLine(line: string): string {
  const parsed = jsonOf(line);
  return parsed === undefined ? presentableText(line) : JSON.stringify(presentable(parsed));
}

const SERIES = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? ([-+]?(?:\d+(?:\.\d+)?(?:e[-+]?\d+)?|Inf|NaN))$/i;
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** What /metrics serves: series with clean labels, their help and type; a line that is none of these is left out. */
export function presentableMetrics(text: string): string {
  return text
    .split('\n')
    .flatMap((line) => {
      if (/^# (?:HELP|TYPE) /.test(line)) return [presentableText(line)];
      const [, name, labels, value] = SERIES.exec(line) ?? [];
      if (name === undefined) return [];
      const clean = [...(labels ?? '').matchAll(LABEL)].map(
        ([, label, content]) => `${label}="${presentableText(content!).replaceAll(/["\\]/g, '')}"`,
      );
      return [`${name}${clean.length > 0 ? `{${clean.join(',')}}` : ''} ${value}`];
    })
    .join('\n');
}

function jsonOf(line: string): object | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as object;
  } catch {
    return undefined;
  }
}

const digits = (value: number): string => `${String(Math.trunc(Math.abs(value))).length} digits`;
