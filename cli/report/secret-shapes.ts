/**
 * Secrets by their shape, for text of which nobody knows the secrets: the report reads no Secret. What is told of each
 * is that something stood there.
 */

const OPAQUE = '[opaque]';
const REDACTED = '[redacted]';

/** Names after which a secret stands: "password=…", `"api_key": "…"`, "Authorization: Bearer …". */
const NAMED =
  /((?:pass(?:word|wd|phrase)|pwd|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|consumer[_-]?key|authorization|(?:set-)?cookie|signature|credential)s?["'\\]*\s*[:=]\s*["'\\]*)((?:bearer|basic|token)\s+)?(?!\[redacted)[^\s"'\\,;&)}\]]+/gi;
const SCHEME = /\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi;
/** As platforms begin their keys, and we ours. */
const KNOWN =
  /\b(?:sck|whsec|shp(?:at|ss|ca|pa)|[spr]k|[cs][ks]|gh[pousr]|github_pat|glpat|xox[abprs]|AKIA|ya29|eyJ)[_.-]?[\w.~+/=-]{8,}/g;
const URL_LOGIN = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@"'<>]+@/gi;
const URL_QUERY = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s?#"'<>]*)[?#][^\s"'<>]*/gi;
const ENCODED_MAIL = /[^\s"'<>(),;:=&?/%]{1,64}%40[^\s"'<>(),;:=&?/]{1,255}/gi;
const PRIVATE_BLOCK = /-----BEGIN [A-Z ]+-----[\s\S]*?(?:-----END [A-Z ]+-----|$)/g;
const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi;
const HEX = /\b[0-9a-f]{32,}\b/gi;
const LONG_LOWER = /\b[a-z0-9]{24,}\b/g;
/** With a "/" only where it is long: shorter ones are paths. */
const RUN = /[\w+=-]{16,}|[\w+/=-]{40,}/g;
/** Names an image, and nothing else. */
const IMAGE_DIGEST = /(sha256:[0-9a-f]{64})\b/;

const isMixed = (run: string): boolean => /[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run);
const hasDigits = (run: string): boolean => (run.match(/\d/g) ?? []).length >= 3;

/** Text without what looks like a secret. It errs on the side of taking too much. Pure. */
export function withoutSecretShapes(text: string): string {
  return text
    .split(IMAGE_DIGEST)
    .map((part, index) => (index % 2 === 1 ? part : cleaned(part)))
    .join('');
}

function cleaned(text: string): string {
  return text
    .replace(PRIVATE_BLOCK, REDACTED)
    .replace(URL_LOGIN, `$1${REDACTED}@`)
    .replace(URL_QUERY, '$1?[query]')
    .replace(NAMED, (_, name: string) => `${name}${REDACTED}`)
    .replace(SCHEME, (_, scheme: string) => `${scheme} ${REDACTED}`)
    .replace(KNOWN, REDACTED)
    .replace(ENCODED_MAIL, '[mail address]')
    .replace(UUID, OPAQUE)
    .replace(HEX, OPAQUE)
    .replace(LONG_LOWER, (run) => (hasDigits(run) ? OPAQUE : run))
    .replace(RUN, (run) => (isMixed(run) ? OPAQUE : run));
}
