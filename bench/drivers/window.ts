/**
 * Which records of a large shop a request is about. All drivers page by time of change, or ask for records by id: the
 * rest of the shop need not be there while one request is answered.
 */
export interface Sequence {
  /** Records in all; each has a second of its own. */
  readonly count: number;
  readonly firstMs: number;
  /** Id of the first; ids follow one another. */
  readonly firstId: number;
  /** How far the platform's times are ahead of UTC. */
  readonly zoneMs: number;
}

/** From `from` on, up to and without `to`. */
export interface Window {
  readonly from: number;
  readonly to: number;
  /** Records behind it that a list would go on with. */
  readonly beyond: number;
}

/** Beyond the largest page that a platform gives, so that a full page is seen to have a next one. */
const SPAN = 300;
const SECOND = 1000;
/** Parts of a record (`partId`) have its id before four digits of their own. */
const ID = /(?<!\d)(\d{7})(?:\d{4})?(?!\d)/g;
const TIME = /(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)/g;
/** In Shopify's cursors. */
const UNIX = /(?<!\d)00(\d{10})(?!\d)/g;
const BASE64 = /[\w-]{24,}/g;

/** `text`: path and body of the request, in plain letters. */
export function windowOf(text: string, sequence: Sequence): Window {
  const plain = [text, ...(text.match(BASE64) ?? []).map((part) => Buffer.from(part, 'base64url').toString('latin1'))];
  const times = plain.flatMap((part) => [...part.matchAll(TIME)]);
  const cursors = plain.flatMap((part) => [...part.matchAll(UNIX)].map(([, seconds]) => Number(seconds) * SECOND));
  // Where a list has got to is later than where it begins.
  const places =
    cursors.length > 0 ? cursors : times.map(([, day, time]) => Date.parse(`${day}T${time}Z`) - sequence.zoneMs);
  // What is no day (0000-00-00) is before everything.
  const at = places.map((ms) => (Number.isNaN(ms) ? -1 : Math.floor((ms - sequence.firstMs) / SECOND)));
  const within = at.filter((index) => index >= 0 && index < sequence.count);
  if (within.length > 0) return bounded(Math.min(...within) - 1, Math.min(...within) + SPAN, sequence);
  const ids = [...text.matchAll(ID)].map(([, id]) => Number(id) - sequence.firstId);
  const named = ids.filter((index) => index >= 0 && index < sequence.count);
  if (named.length > 0) return { from: Math.min(...named), to: Math.max(...named) + 1, beyond: 0 };
  const afterAll = at.length > 0 && at.every((index) => index >= sequence.count);
  return afterAll ? bounded(sequence.count - 1, sequence.count, sequence) : bounded(0, SPAN, sequence);
}

function bounded(from: number, to: number, { count }: Sequence): Window {
  const end = Math.min(count, to);
  return { from: Math.max(0, from), to: end, beyond: count - end };
}

/**
 * What a platform calls the number of records of a list, in the body and in headers. Shopify's number of variants stays
 * that of the window: a catalogue that is told to be large comes as a file, and here pages are measured.
 */
const TOTAL = /(?<!"productVariantsCount":\{)"(?:total|totalItems|total_count|count)":(\d+)/g;
const TOTAL_HEADERS = ['x-wp-total'];

interface Announcing {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A list that has the whole window goes on behind it, and says so. */
export function withRealTotal<A extends Announcing>(answer: A, { from, to, beyond }: Window): A {
  // A time that is the lower bound of a page may leave out the record before it, and that itself.
  const whole = to - from - 2;
  const real = (shown: string): string => String(Number(shown) >= whole ? Number(shown) + beyond : shown);
  if (beyond === 0) return answer;
  return {
    ...answer,
    body: answer.body.replace(TOTAL, (text, shown: string) => text.replace(shown, real(shown))),
    headers: Object.fromEntries(
      Object.entries(answer.headers).map(([name, value]) => [name, TOTAL_HEADERS.includes(name) ? real(value) : value]),
    ),
  };
}
