import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aLicense } from '../../test/support/operator-fixtures.ts';
import { decideLicense } from './decide.ts';
import { licensed, seatsOf, validityOf, type LicenseContext } from '../seating/seats.ts';

const NOW = new Date('2026-06-01T00:00:00Z');
const store = (name: string, assignedAt?: string) => ({ namespace: 'n', name, ...(assignedAt ? { assignedAt } : {}) });
const seated = (license: ReturnType<typeof aLicense>, exists = (_: string) => true) =>
  seatsOf(license, exists, '2026-06-01T00:00:00Z')
    .filter((seat) => seat.seated)
    .map(({ name }) => name);

describe('seats', () => {
  it('go to the oldest assignments, whatever their order in the list', () => {
    expect(
      seated(
        aLicense({
          stores: [
            store('c', '2026-03-01T00:00:00Z'),
            store('a', '2026-01-01T00:00:00Z'),
            store('b', '2026-02-01T00:00:00Z'),
          ],
        }),
      ),
    ).toEqual(['a', 'b']);
  });

  it('go by name where assignments are of the same second', () => {
    expect(seated(aLicense({ stores: [store('c'), store('b'), store('a')] }))).toEqual(['a', 'b']);
  });

  it('go by the time status remembers where the assignment gives none: a newcomer never takes a seat', () => {
    const status = {
      stores: [
        { namespace: 'n', name: 'y', since: '2026-02-01T00:00:00Z', seated: true },
        { namespace: 'n', name: 'z', since: '2026-01-01T00:00:00Z', seated: true },
      ],
    };
    expect(seated(aLicense({ stores: [store('a'), store('y'), store('z')] }, status))).toEqual(['z', 'y']);
  });

  it('are not taken by stores that do not exist', () => {
    expect(
      seated(
        aLicense({ stores: [store('a', '2026-01-01T00:00:00Z'), store('b'), store('c')] }),
        (key) => key !== 'n/a',
      ),
    ).toEqual(['b', 'c']);
  });

  it('are never more than there are, all used when there are stores, and the same for any order of the list', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,3}$/), { maxLength: 12 });
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 8 }), (list, seats) => {
        const given = seated(aLicense({ seats, stores: list.map((name) => store(name)) }));
        expect(given).toHaveLength(Math.min(seats, list.length));
        expect(seated(aLicense({ seats, stores: [...list].reverse().map((name) => store(name)) }))).toEqual(given);
      }),
    );
  });

  it('stay where they are when more stores are assigned later', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 9 }), (seats, more) => {
        const before = seatsOf(
          aLicense({ seats, stores: [store('m'), store('n')] }),
          () => true,
          '2026-01-01T00:00:00Z',
        );
        const later = aLicense(
          {
            seats,
            stores: [...Array.from({ length: more }, (_, index) => store(`a${index}`)), store('m'), store('n')],
          },
          { stores: before },
        );
        for (const name of before.filter((seat) => seat.seated).map((seat) => seat.name))
          expect(seated(later)).toContain(name);
      }),
    );
  });
});

describe('validity', () => {
  const cases: [string, Parameters<typeof aLicense>[0], string][] = [
    ['without dates', {}, 'Valid'],
    ['before notBefore', { notBefore: '2026-07-01T00:00:00Z' }, 'NotYetValid'],
    ['before notAfter', { notAfter: '2026-07-01T00:00:00Z' }, 'Valid'],
    ['within the usual grace period', { notAfter: '2026-05-20T00:00:00Z' }, 'GracePeriod'],
    ['past the usual grace period', { notAfter: '2026-05-10T00:00:00Z' }, 'Expired'],
    ['past a grace period of its own', { notAfter: '2026-05-20T00:00:00Z', gracePeriod: '2d' }, 'Expired'],
  ];
  it.each(cases)('%s', (_what, spec, state) => {
    expect(validityOf(aLicense(spec), NOW).state).toBe(state);
  });
});

describe('Licensed', () => {
  const question = (
    license: ReturnType<typeof aLicense> | undefined,
    over: Partial<LicenseContext> = {},
  ): LicenseContext => {
    const seats = new Map(
      (license ? seatsOf(license, () => true, '2026-06-01T00:00:00Z') : []).map((seat) => [
        `${seat.namespace}/${seat.name}`,
        seat,
      ]),
    );
    return {
      storeKey: 'n/b',
      driver: 'vendure',
      now: NOW,
      required: false,
      any: license !== undefined,
      assigned: license && seats.has('n/b') ? [{ license, seats }] : [],
      ...over,
    };
  };
  const stores = [store('a'), store('b')];
  const cases: [string, LicenseContext, string][] = [
    ['no License and none required', question(undefined), 'True LicensingNotRequired'],
    ['no License though one is required', question(undefined, { required: true }), 'False NotAssigned'],
    ['a License that does not name the store', question(aLicense({ stores: [store('a')] })), 'False NotAssigned'],
    ['a seat', question(aLicense({ stores })), 'True Seated'],
    ['no seat left', question(aLicense({ stores, seats: 1 })), 'False SeatsExhausted'],
    ['another driver licensed', question(aLicense({ stores, drivers: ['shopify'] })), 'False DriverNotLicensed'],
    ['a term to come', question(aLicense({ stores, notBefore: '2027-01-01T00:00:00Z' })), 'False NotYetValid'],
    [
      'a term and its grace period over',
      question(aLicense({ stores, notAfter: '2026-01-01T00:00:00Z' })),
      'False Expired',
    ],
    ['the grace period', question(aLicense({ stores, notAfter: '2026-05-31T00:00:00Z' })), 'True GracePeriod'],
  ];
  it.each(cases)('with %s', (_what, asked, expected) => {
    const { status, reason, message } = licensed(asked);
    expect(`${status} ${reason}`).toBe(expected);
    expect(message).not.toBe('');
  });

  it('is True when any of several licences gives a seat', () => {
    const [full, free] = [question(aLicense({ stores, seats: 1 })), question(aLicense({ stores }))];
    expect(licensed({ ...full, assigned: [...full.assigned, ...free.assigned] }).status).toBe('True');
  });
});

describe('a License', () => {
  it('says how many seats are taken and who waits', () => {
    const license = aLicense({ seats: 1, stores: [store('a'), store('b')] });
    const { settlement, fields } = decideLicense(
      license,
      seatsOf(license, () => true, '2026-06-01T00:00:00Z'),
      NOW,
    );
    expect(settlement).toMatchObject({
      state: 'Ready',
      finding: { reason: 'Valid', message: '1 of 1 seats are taken; 1 store waits for one' },
    });
    expect(fields).toMatchObject({ seatsUsed: 1, seatsTotal: 1 });
  });

  it('looks again when its validity changes, and daily in its grace period', () => {
    expect(decideLicense(aLicense({ notAfter: '2026-06-01T01:00:00Z' }), [], NOW)).toMatchObject({
      changesInMs: 3_600_000,
      warning: undefined,
    });
    expect(decideLicense(aLicense({ notAfter: '2026-05-31T00:00:00Z' }), [], NOW)).toMatchObject({
      changesInMs: 86_400_000,
      warning: { message: expect.stringContaining('all connections stop in 13 days') },
    });
  });
});
