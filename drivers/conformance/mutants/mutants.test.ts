import { describe, expect, it } from '@jest/globals';
import { genericWire } from '../../../simulator/wires/generic.ts';
import { DriverError } from '../../contract/index.ts';
import { CASES } from '../cases/index.ts';
import { NotConformant } from '../demand.ts';
import { conform } from '../suite.ts';
import { MUTANTS } from './index.ts';

const IMPATIENT_MS = 2000;

describe('a broken driver', () => {
  it.each(MUTANTS.map((mutant) => [mutant.name, mutant.refusedBy, mutant] as const))(
    '(%s) is refused by %s',
    async (_name, refusedBy, { definition, paging, wire = genericWire }) => {
      const refusals: unknown[] = [];
      for await (const result of conform(
        { definition, wire, paging },
        { matches: (id) => id === refusedBy, limitMs: IMPATIENT_MS },
      ))
        if (result.outcome === 'failed' && result.id === refusedBy) refusals.push(result.error);
      expect(refusals).toHaveLength(1);
      // What the suite itself stumbles over would be no refusal.
      expect(refusals[0] instanceof NotConformant || refusals[0] instanceof DriverError).toBe(true);
    },
  );

  it('is there for every case: one that nothing can fail proves nothing', () => {
    const named = new Set(MUTANTS.map(({ refusedBy }) => refusedBy));
    expect(CASES.map(({ id }) => id).filter((id) => !named.has(id))).toEqual([]);
  });
});
