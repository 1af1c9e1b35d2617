import { describe, expect, it } from '@jest/globals';
import { fakeTarget } from '../../test/support/fake-target.ts';
import type { Viewed } from '../status-view.ts';
import { showLicenses } from './licenses.ts';

const NOW = new Date('2026-11-27T12:00:00Z');
const condition = (type: string, status: 'True' | 'False', reason: string) => ({
  ...{ type, status, reason, message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
});
const connection = (namespace: string, name: string, licensed: object[], status: object = {}): Viewed => ({
  kind: 'Connection',
  metadata: { namespace, name },
  spec: { storeRef: { name: 'main' } },
  status: { conditions: licensed as never, ...status },
});
const seat = (namespace: string, seated: boolean, reason?: string) => ({
  ...{ namespace, name: 'main', since: '2026-01-01T00:00:00Z', seated, reason },
});
const license: Viewed = {
  kind: 'License',
  metadata: { name: 'team' },
  spec: { plan: 'team', seats: 1, notAfter: '2027-01-01T00:00:00Z' },
  status: { seatsUsed: 1, stores: [seat('a', true), seat('b', false, 'SeatsExhausted')], conditions: [] },
};
const shown = async (resources: Viewed[], scope = {}) =>
  (await showLicenses(fakeTarget({ resources }).target, { allNamespaces: true, ...scope }, NOW)).split('\n');

describe('supercargo licenses', () => {
  it('says of each License its seats and its end, and of each Store whether it has one and what that means', async () => {
    const lines = await shown([
      license,
      connection('a', 'shop', [condition('Licensed', 'True', 'Seated')]),
      connection('b', 'shop', [condition('Licensed', 'True', 'GracePeriod')], {
        licenseGraceUntil: '2026-12-11T00:00:00Z',
      }),
      connection('c', 'shop', [
        condition('Licensed', 'False', 'NotAssigned'),
        condition('Ready', 'False', 'NotAssigned'),
      ]),
      connection('d', 'shop', [condition('Licensed', 'False', 'NotAssigned'), condition('Ready', 'True', 'Running')]),
    ]);
    expect(lines[0]).toBe('License team (team): 1 of 1 seats taken, until 2027-01-01T00:00:00Z');
    expect(lines.slice(3).map((line) => line.split(/ {2,}/))).toEqual([
      ['a/main', 'team', 'yes', '2026-01-01T00:00:00Z', '1', 'run'],
      ['b/main', 'team', 'no: SeatsExhausted', '2026-01-01T00:00:00Z', '1', 'run on until 2026-12-11T00:00:00Z'],
      ['c/main', '-', 'no', '1', 'do not run (NotAssigned)'],
      ['d/main', '-', 'no', '1', 'would stop if a License were required (NotAssigned)'],
    ]);
  });

  it('names the connections of a Store where they differ', async () => {
    const lines = await shown([
      license,
      connection('a', 'one', [condition('Licensed', 'True', 'Seated')]),
      connection('a', 'two', [condition('Licensed', 'False', 'DriverNotLicensed')]),
    ]);
    expect(lines.find((line) => line.startsWith('a/main'))).toMatch(
      /one: run; two: would stop if a License were required \(DriverNotLicensed\)$/,
    );
  });

  it('shows the Stores of one namespace, and says where there is no License', async () => {
    const resources = [connection('a', 'shop', []), connection('b', 'shop', [])];
    const lines = await shown(resources, { allNamespaces: false, namespace: 'b' });
    expect(lines[0]).toBe('there is no License');
    expect(lines.at(-1)).toMatch(/^b\/main .*are not judged yet$/);
    expect(lines.join()).not.toContain('a/main');
  });
});
