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

  it('shows what the Secret must hold and every setting, with what holds where it is absent', () => {
    for (const part of [
      /^keys of the Secret:\n {2}KEY +IF ABSENT +MEANS\n {2}consumerKey +required +Consumer key of a REST API key/m,
      /^settings:\n {2}SETTING +IF ABSENT +MEANS\n {2}url +required +Address of the shop without \/wp-json/m,
      /^ {2}onDeliveryMethods +\["cod"\] +Payment methods/m,
      /^ {2}shipments +fulfillments +How parcels are told: .* \(fulfillments, notes\)$/m,
    ])
      expect(shown('woocommerce')).toMatch(part);
    expect(shown('shopify')).toMatch(/^ {2}locations {2,}Ids of the locations/m);
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
