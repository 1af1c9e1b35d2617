import { describe, expect, it } from '@jest/globals';
import { genericWire } from '../../simulator/wires/generic.ts';
import { generic } from '../generic/index.ts';
import { CASES } from './cases/index.ts';
import { conform, type CaseResult } from './suite.ts';
import type { Subject } from './world.ts';

async function outcome(subject: Subject, id: string): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for await (const result of conform(subject, { matches: (each) => each === id })) results.push(result);
  return results;
}

describe.each(['keyset', 'offset'] as const)('the generic driver, at a shop that pages by %s', (paging) => {
  it.each(CASES.map(({ id, proves }) => [id, proves]))('%s: %s', async (id) => {
    expect((await outcome({ definition: generic, wire: genericWire, paging }, id)).map((result) => [result.id, result.outcome, 'reason' in result ? result.reason : ''])).toEqual([[id, 'passed', '']]);
  });
});

describe('the table of cases', () => {
  it('has each id once, of one of the twelve chapters', () => {
    expect(new Set(CASES.map(({ id }) => id)).size).toBe(CASES.length);
    expect(CASES.map(({ id }) => id).filter((id) => !/^C([1-9]|1[0-2])\.[a-z0-9-]+$/.test(id))).toEqual([]);
  });

  it('says of a case that is skipped why, by the driver\'s own words, and of one that the platform has nothing for', async () => {
    const skipping = { ...generic, manifest: { ...generic.manifest, skips: { 'C8.lost-answer': 'the shop shows no parcels' } } };
    expect(await outcome({ definition: skipping, wire: genericWire }, 'C8.lost-answer')).toMatchObject([{ outcome: 'skipped', reason: 'the shop shows no parcels' }]);
    const without = { ...generic, manifest: { ...generic.manifest, feeds: generic.manifest.feeds.filter(({ type }) => type !== 'SupplierImport') } };
    expect(await outcome({ definition: without, wire: genericWire }, 'C3.golden-suppliers')).toMatchObject([{ outcome: 'skipped', reason: 'Supercargo Generic Store API has no feed SupplierImport' }]);
  });
});
