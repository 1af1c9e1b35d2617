import type { Wire } from '../desk/wire.ts';
import { genericWire } from './generic.ts';
import { vendureWire } from './vendure.ts';

/** Platforms that the simulated shop can speak like, by name. */
export function wires(): ReadonlyMap<string, Wire> {
  return new Map([genericWire, vendureWire].map((wire) => [wire.name, wire]));
}
