import { describe, expect, it, jest } from '@jest/globals';
import { genericWire } from '../../simulator/wires/generic.ts';
import { wires } from '../../simulator/wires/index.ts';
import { generic } from '../generic/index.ts';
import { builtinDrivers } from '../registry.ts';
import { CASES } from './cases/index.ts';
import { conform, type CaseResult } from './suite.ts';
import type { Subject } from './world.ts';

jest.setTimeout(120_000);

async function outcome(subject: Subject, id: string): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for await (const result of conform(subject, { matches: (each) => each === id })) results.push(result);
  return results;
}

const SUBJECTS: readonly (readonly [string, Subject])[] = [...builtinDrivers().values()].flatMap((definition) => {
  const wire = wires().get(definition.manifest.name)!;
  return wire.subject.pagings.map(
    (paging) =>
      [`${definition.manifest.name}, at a shop that pages by ${paging}`, { definition, wire, paging }] as const,
  );
});

describe.each(SUBJECTS)('the driver %s', (_name, subject) => {
  it.each(CASES.map(({ id, proves }) => [id, proves]))('%s: %s', async (id) => {
    const results = await outcome(subject, id);
    expect(results.map((result) => [result.id, result.outcome === 'failed' ? result.reason : 'kept'])).toEqual([
      [id, 'kept'],
    ]);
    // What is skipped has a reason that people can read.
    for (const result of results) if (result.outcome === 'skipped') expect(result.reason).toMatch(/^\S.{10,}/);
  });
});

describe('the generic driver', () => {
  it('skips nothing but what its API has no way for', async () => {
    const skipped: string[] = [];
    for await (const { id, outcome: became } of conform({ definition: generic, wire: genericWire }))
      if (became === 'skipped') skipped.push(id);
    expect(skipped).toEqual(['C4.queue-again', 'C4.queue-done', 'C4.queue-changed', 'C5.made-again', 'C8.ticket-lost']);
  }, 60_000);
});

describe('the table of cases', () => {
  it('has each id once, of one of the twelve chapters', () => {
    expect(new Set(CASES.map(({ id }) => id)).size).toBe(CASES.length);
    expect(CASES.map(({ id }) => id).filter((id) => !/^C([1-9]|1[0-2])\.[a-z0-9-]+$/.test(id))).toEqual([]);
  });

  it("says of a case that is skipped why, by the driver's own words, and of one that the platform has nothing for", async () => {
    const skipping = {
      ...generic,
      manifest: { ...generic.manifest, skips: { 'C8.lost-answer': 'the shop shows no parcels' } },
    };
    expect(await outcome({ definition: skipping, wire: genericWire }, 'C8.lost-answer')).toMatchObject([
      { outcome: 'skipped', reason: 'the shop shows no parcels' },
    ]);
    const without = {
      ...generic,
      manifest: { ...generic.manifest, feeds: generic.manifest.feeds.filter(({ type }) => type !== 'SupplierImport') },
    };
    expect(await outcome({ definition: without, wire: genericWire }, 'C3.golden-suppliers')).toMatchObject([
      { outcome: 'skipped', reason: 'Supercargo Generic Store API has no feed SupplierImport' },
    ]);
  });
});
