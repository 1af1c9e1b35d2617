import type { ZonedTime } from './zoned-time.ts';

/**
 * From which instant on a list with local times must be read so that nothing changed since is left out: in the hour
 * that comes twice, what was written in its second half may stand before what was written in its first.
 */
export function zonedSince(zone: ZonedTime, since: string): string {
  const { first, last } = zone.instants(zone.local(since));
  return new Date(Date.parse(first) - (Date.parse(last) - Date.parse(first))).toISOString();
}

/** Until which instant, so that nothing changed before is left out. */
export function zonedUntil(zone: ZonedTime, until: string): string {
  const { first, last } = zone.instants(zone.local(new Date(Math.ceil(Date.parse(until) / 1000) * 1000).toISOString()));
  return new Date(Date.parse(last) + (Date.parse(last) - Date.parse(first))).toISOString();
}
