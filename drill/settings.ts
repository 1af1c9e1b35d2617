import { FAULTS, isFault, type FaultName } from '../simulator/faults.ts';

/** What can be killed. Sync pods of the drill are its own; hub and operator are shared by all connections. */
export const PARTS = ['sync', 'hub', 'operator'] as const;
export type Part = (typeof PARTS)[number];

export interface DrillSettings {
  readonly namespace: string;
  readonly kills: number;
  readonly parts: readonly Part[];
  readonly faults: readonly FaultName[];
  readonly ordersPerBurst: number;
  readonly seed: number;
  /** The namespace stays. */
  readonly keep: boolean;
  readonly systemNamespace?: string;
}

/** An order that nobody can read cannot arrive: it would be counted as lost, and rightly so. */
const UNFIT: readonly FaultName[] = ['poisoned'];

/** Parts by name, with commas. */
export function partsOf(text: string): Part[] {
  const names = listOf(text);
  const unknown = names.filter((name) => !(PARTS as readonly string[]).includes(name));
  if (unknown.length > 0 || names.length === 0)
    throw new Error(`unknown part ${unknown.join(', ') || '""'}: choose from ${PARTS.join(', ')}`);
  return PARTS.filter((part) => names.includes(part));
}

/** Faults of the shop by name, with commas. */
export function drillFaults(text: string): FaultName[] {
  const names = listOf(text);
  const fit = FAULTS.filter((name) => !UNFIT.includes(name));
  const unknown = names.filter((name) => !isFault(name) || UNFIT.includes(name));
  if (unknown.length > 0) throw new Error(`unknown fault ${unknown.join(', ')}: choose from ${fit.join(', ')}`);
  return names.filter(isFault);
}

/** A whole number of at least one, of an option. */
export function wholeNumber(option: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1 || value > most)
    throw new Error(`${option} ${text}: must be a whole number from 1 to ${most}`);
  return value;
}

function listOf(text: string): string[] {
  return [
    ...new Set(
      text
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    ),
  ];
}
