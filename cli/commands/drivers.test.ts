import { describe, expect, it } from '@jest/globals';
import { driverResource } from '../../drivers/driver-resource.ts';
import { driverKind } from '../../crds/kinds/driver.ts';
import { generic } from '../../drivers/generic/index.ts';
import { linesOf, showDrivers } from './drivers.ts';

const shown = (name?: string): string => {
  const lines: string[] = [];
  showDrivers(name, (line) => lines.push(line));
  return lines.join('\n');
};

describe('supercargo drivers', () => {
  it('lists what this release can connect to', () => {
    expect(shown()).toMatch(/^generic +Supercargo Generic Store API +Store +13 +\d+ +https:/m);
  });

  it('shows feeds, hosts, terms, limits and documentation of one', () => {
    for (const part of [
      /^hosts: settings\.url$/m,
      /^terms: none$/m,
      /^documentation: https:/m,
      /^ {2}OrderImport +changes by updated_at/m,
      /^ {2}StockExport +writes +sets what is on hand; the store takes off open orders itself$/m,
      /^limits:$/m,
    ])
      expect(shown('generic')).toMatch(part);
  });

  it('shows skips with their reasons, and the Driver resource has them, too', () => {
    const definition = {
      ...generic,
      manifest: {
        ...generic.manifest,
        skips: { 'C8.lost-answer': 'the shop shows no parcels' },
        terms: { version: '2', url: 'https://example.com/terms' },
      },
    };
    expect(linesOf(definition).join('\n')).toMatch(
      /^skips of the conformance suite:\n {2}C8\.lost-answer: the shop shows no parcels$/m,
    );
    expect(linesOf(definition)).toContain('terms: 2, https://example.com/terms');
    const resource = driverResource(definition);
    expect(resource.spec.skips).toEqual([{ case: 'C8.lost-answer', reason: 'the shop shows no parcels' }]);
    expect(driverKind.spec.safeParse(resource.spec).success).toBe(true);
  });

  it('names the drivers there are when one is asked for that there is not', () => {
    expect(() => shown('nowhere')).toThrow(/no driver nowhere: choose from vendure, generic/);
  });
});
