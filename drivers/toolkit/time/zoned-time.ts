/** The local time of a zone, for platforms that write times without one. */
export interface ZonedTime {
  /**
   * When the local time (`2026-10-25 02:30:00`, with `T` or without seconds too) was, ISO 8601 UTC. The hour that comes
   * twice is two instants: to read from there on take `first`, to read until there `last`. The hour that there is not
   * counts from before the clocks were moved. Throws a RangeError for what is no time.
   */
  instants(local: string): { readonly first: string; readonly last: string };
  /** The local time of an instant: `2026-10-25T02:30:00`. */
  local(instant: string): string;
}

const DAY_MS = 86_400_000;
/** Of which the offset is kept. */
const MOST_DAYS = 1000;

/** By the rules of the IANA time zone database that Node.js has. Throws a RangeError for a zone that it has not. */
export function zonedTime(zone: string): ZonedTime {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  /** The local time of an instant as if it were UTC. */
  const shown = (at: number): number => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const [year, month, day] = [parts.get('year')!, parts.get('month')!, parts.get('day')!];
    return Date.UTC(year, month - 1, day, parts.get('hour'), parts.get('minute'), parts.get('second'));
  };
  const exactly = (at: number): number => shown(at) - Math.floor(at / 1000) * 1000;
  // Shops ask about few days, thousands of times; no zone moves its clocks there and back on one day.
  const midnights = new Map<number, number>();
  const midnight = (day: number): number => {
    const known = midnights.get(day);
    if (known !== undefined) return known;
    if (midnights.size >= MOST_DAYS) midnights.clear();
    const found = exactly(day * DAY_MS);
    midnights.set(day, found);
    return found;
  };
  const offset = (at: number): number => {
    const day = Math.floor(at / DAY_MS);
    return midnight(day) === midnight(day + 1) ? midnight(day) : exactly(at);
  };

  return {
    instants(local) {
      const wanted = parsed(local);
      const [before, after] = [offset(wanted - DAY_MS), offset(wanted + DAY_MS)];
      const there = [wanted - before, wanted - after].filter((at) => at + offset(at) === wanted);
      const found = there.length > 0 ? there : [wanted - before];
      return { first: iso(Math.min(...found)), last: iso(Math.max(...found)) };
    },
    local: (instant) => {
      const at = parsedInstant(instant);
      return iso(at + offset(at)).slice(0, 19);
    },
  };
}

const iso = (at: number): string => new Date(at).toISOString();

function parsed(local: string): number {
  const match = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2}(?:\.\d{1,9})?)?$/.exec(local.trim());
  const at = match ? Date.parse(`${match[1]}T${match[2]}${match[3] ?? ':00'}Z`) : Number.NaN;
  if (Number.isNaN(at)) throw new RangeError(`"${local.slice(0, 40)}" is no local time`);
  return at;
}

function parsedInstant(instant: string): number {
  const at = Date.parse(instant);
  if (Number.isNaN(at)) throw new RangeError(`"${instant.slice(0, 40)}" is no time`);
  return at;
}
