import { createHash } from 'node:crypto';

/** The most that a status holds of it (crds/kinds). */
const LONGEST = 253;

/**
 * A request by annotation, as it is echoed in status once it was carried out. Any value is a request, also one that is
 * too long for the echo: an API server that refuses the status would refuse all that the pod says in it. Then it is
 * the beginning and a digest, so that another long value is another request.
 */
export function requestOf(
  { metadata }: { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } },
  annotation: string,
): string | undefined {
  const value = metadata.annotations?.[annotation];
  if (value === undefined || value.length <= LONGEST) return value;
  const digest = createHash('sha256').update(value).digest('hex').slice(0, 16);
  return `${value.slice(0, LONGEST - 17).toWellFormed()}#${digest}`;
}
