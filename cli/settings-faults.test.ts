import { describe, expect, it } from '@jest/globals';
import type { Resource } from '../crds/index.ts';
import { builtinDrivers } from '../drivers/registry.ts';
import { settingsFindings } from './settings-faults.ts';

const resource = (kind: string, name: string, spec: object): Resource => ({
  ...{ apiVersion: 'supercargo.dev/v1beta1', kind, metadata: { name } },
  spec,
});
const connection = (driver: string, settings: object) => resource('Connection', 'shop', { driver, settings });
const found = (...resources: Resource[]) => settingsFindings(resources, builtinDrivers());
const url = 'https://api.shop.example';

describe('settings, judged without a shop', () => {
  it.each<[string, object, RegExp]>([
    ['a setting that is misspelt', { uri: url }, /^spec\.settings\.uri is unknown: the driver knows currency, /],
    ['an address that is none', { url: 'shop' }, /^spec\.settings\.url: .*URL/],
    [
      'a value that is none of those there are',
      { url, notifyCustomer: 'no' },
      /notifyCustomer is "no": it must be boo/,
    ],
  ])('%s is named', (_what, settings, message) => {
    const { faults } = found(connection('medusa', settings));
    expect(faults).toContainEqual({ resource: 'Connection/shop', message: expect.stringMatching(message) });
  });

  it('those that a driver can use give no fault', () => {
    expect(found(connection('medusa', { url }))).toEqual({ faults: [], unknownDrivers: [] });
  });

  it('a Driver among the manifests is asked, and one that nobody here knows is named without a verdict', () => {
    const settingsSchema = { type: 'object', required: ['shop'] };
    const mine = resource('Driver', 'mine', { settingsSchema });
    expect(found(mine, connection('mine', {})).faults[0]!.message).toMatch(/shop is missing/);
    const { faults, unknownDrivers } = found(connection('medsua', {}));
    expect(faults).toEqual([]);
    expect(unknownDrivers[0]!.message).toMatch(/^spec\.driver "medsua" is not of this release, which has vendure, /);
  });
});
