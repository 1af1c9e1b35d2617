import type { ZonedTime } from './zoned-time.ts';

/** A local time as the instant that it was, with the offset of the zone: `2026-10-25T02:30:00+02:00`. */
export function zonedInstant(zone: ZonedTime, local: string): string {
  const { first } = zone.instants(local);
  const shown = zone.local(first);
  const minutes = Math.round((Date.parse(`${shown}Z`) - Date.parse(first)) / 60_000);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${shown}${minutes < 0 ? '-' : '+'}${two(size / 60)}:${two(size % 60)}`;
}
