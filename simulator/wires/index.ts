import type { Wire } from '../desk/wire.ts';
import { genericWire } from './generic.ts';

/** Platforms that the simulated shop can speak like, by name. */
export function wires(): ReadonlyMap<string, Wire> {
  return new Map([genericWire].map((wire) => [wire.name, wire]));
}
