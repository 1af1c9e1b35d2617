import { describe, expect, it } from '@jest/globals';
import {
  aCondition,
  aConnection,
  aCredential,
  aDeployment,
  aDriver,
  aSnapshot,
  aStore,
} from '../../test/support/operator-fixtures.ts';
import { SettingsSchemas } from '../settings.ts';
import { decide } from './decide.ts';
import type { ConnectionSnapshot } from './gather.ts';

const decided = (over: Partial<ConnectionSnapshot>) => decide(aSnapshot(over), new SettingsSchemas());
/** A connection of which the operator said these last. */
const saying = (...conditions: ReturnType<typeof aCondition>[]) => aConnection({}, { status: { conditions } });
const wasAccepted = (over: object = {}) => ({
  ...saying(aCondition('Accepted', 'True'), aCondition('Licensed', 'True', { reason: 'Seated' })),
  ...over,
});

describe('what was deleted while the pod ran', () => {
  it.each([
    ['store', 'StoreGone', "the back office's key no longer opens the Store"],
    ['credential', 'CredentialGone', 'goes on with the Secret that it has'],
    ['driver', 'DriverGone', 'the sync pod goes on as it was'],
  ] as const)('leaves the pod alone and says so as what a person must mend: the %s', (what, reason, message) => {
    const one = decided({ connection: wasAccepted(), [what]: undefined });
    expect(one).toMatchObject({ accepted: false, leftAlone: true, replicas: 1, tryAgain: false, state: 'Degraded' });
    expect(one.settlement).toMatchObject({
      state: 'Stalled',
      finding: { reason, message: expect.stringContaining(message) },
    });
    expect(one.findings.Accepted).toMatchObject({ status: 'False', reason });
    // And so the next time, when that is what its status says.
    const again = saying(aCondition('Accepted', 'False', { reason }));
    expect(decided({ connection: again, [what]: undefined })).toMatchObject({ leftAlone: true, replicas: 1 });
  });

  it.each<[string, Partial<ConnectionSnapshot>]>([
    [
      'the spec is another than the one that was accepted',
      { connection: wasAccepted({ metadata: { ...aConnection().metadata, generation: 2 } }) },
    ],
    ['it is switched off', { connection: wasAccepted({ spec: { ...aConnection().spec, enabled: false } }) }],
    ['no pod was asked for', { connection: wasAccepted(), deployment: aDeployment({}, 0) }],
    ['it never ran', { deployment: undefined }],
    ['what runs needs it all the time', { connection: wasAccepted(), outlivesReferences: false }],
  ])('stops what runs where %s', (_why, over) => {
    expect(decided({ credential: undefined, ...over })).toMatchObject({ leftAlone: false, replicas: 0 });
  });

  it('leaves alone, too, what an upgrade brought new rules for: the API server keeps it, and says so only when it changes', () => {
    const spec = { ...aConnection().spec, resources: { limits: { memory: '256000Ki ' } } };
    const now = decided({ connection: wasAccepted({ spec }) });
    expect(now).toMatchObject({ accepted: false, leftAlone: true, replicas: 1, state: 'Degraded' });
    expect(now.findings.Accepted).toMatchObject({
      reason: 'NoLongerValid',
      message: expect.stringMatching(
        /^spec\.resources\.limits\.memory: .*valid before an upgrade or a change of its Driver: the sync pod goes on/,
      ),
    });
    const again = { ...saying(aCondition('Accepted', 'False', { reason: 'NoLongerValid' })), spec };
    expect(decided({ connection: again })).toMatchObject({ leftAlone: true, replicas: 1 });
    const metadata = { ...aConnection().metadata, generation: 2 };
    expect(decided({ connection: wasAccepted({ spec, metadata }) })).toMatchObject({
      ...{ leftAlone: false, replicas: 0 },
      findings: { Accepted: { reason: 'InvalidSpec' } },
    });
    expect(decided({ connection: wasAccepted({ spec }), outlivesReferences: false }).replicas).toBe(0);
  });

  it.each([
    ['asks for a setting that there was not', { settingsSchema: { type: 'object', required: ['token'] } }, /token/],
    [
      'has an image that was built for another contract',
      { image: 'r.example/d:2', contract: 99 },
      /driver contract 99/,
    ],
    ['has an image that names no contract', { image: 'r.example/d:2' }, /which driver contract/],
  ])('leaves alone, too, all that a change of the Driver would stop at once: it %s', (_what, over, message) => {
    const driver = aDriver(over);
    const now = decided({ connection: wasAccepted(), driver });
    expect(now).toMatchObject({ accepted: false, leftAlone: true, replicas: 1, state: 'Degraded' });
    expect(now.settlement.state).toBe('Stalled');
    expect(now.findings.Accepted).toMatchObject({ reason: 'NoLongerValid', message: expect.stringMatching(message) });
    const again = saying(aCondition('Accepted', 'False', { reason: 'NoLongerValid' }));
    expect(decided({ connection: again, driver })).toMatchObject({ leftAlone: true, replicas: 1 });
    // One that never ran under the Driver as it was does not begin to.
    expect(decided({ driver })).toMatchObject({ leftAlone: false, replicas: 0 });
  });

  it.each<[string, Partial<ConnectionSnapshot>]>([
    ['a Store that is gone', { store: undefined }],
    ['a setting that its Driver asks for now', { driver: aDriver({ settingsSchema: { required: ['token'] } }) }],
  ])('leaves nothing alone that may not go on, though %s is what is told first', (_what, over) => {
    const credential = aCredential({ hosts: ['elsewhere.example'] });
    expect(decided({ connection: wasAccepted(), ...over })).toMatchObject({ leftAlone: true, replicas: 1 });
    const now = decided({ connection: wasAccepted(), ...over, credential });
    expect(now).toMatchObject({ leftAlone: false, replicas: 0 });
  });

  it('keeps what was last said of the licence while the Store is gone, which has the seat', () => {
    const unknown = { ...aSnapshot().license, required: true, any: true };
    const licenseGraceMs = 0;
    const gone = { connection: wasAccepted(), store: undefined, license: unknown, licenseGraceMs };
    expect(decided(gone)).toMatchObject({ replicas: 1, findings: { Licensed: { status: 'True', reason: 'Seated' } } });
    expect(decided({ ...gone, store: aStore() }).replicas).toBe(0);
  });

  it('says of the licence the same each time it is looked at: a word that grows is written for ever', () => {
    const license = { ...aSnapshot().license, required: false, any: true };
    const gone = (connection: ConnectionSnapshot['connection']) => decided({ connection, store: undefined, license });
    const first = gone(saying(aCondition('Accepted', 'True'), aCondition('Licensed', 'False'))).findings;
    const told = Object.entries(first).map(([type, value]) => ({ ...aCondition(type, 'False'), ...value }));
    expect(gone(saying(...told)).findings).toEqual(first);
    expect(first.Licensed.message.match(/runs all the same/g)).toHaveLength(1);
  });

  it('lets a grace period go on to its end, though the Store that has no seat is gone', () => {
    const license = { ...aSnapshot().license, required: true, any: true };
    const connection = saying(
      aCondition('Accepted', 'True'),
      aCondition('Licensed', 'True', { reason: 'GracePeriod' }),
    );
    const until = (licenseGraceUntil: string) =>
      decided({
        ...{ store: undefined, license },
        connection: { ...connection, status: { ...connection.status, licenseGraceUntil } },
      });
    expect(until('2026-06-02T00:00:00Z')).toMatchObject({ replicas: 1, licenseGraceUntil: '2026-06-02T00:00:00Z' });
    expect(until('2026-05-31T00:00:00Z')).toMatchObject({ replicas: 0, findings: { Licensed: { status: 'False' } } });
  });
});
