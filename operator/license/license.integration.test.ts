import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { conditionOf, OperatorRig, until, type RunningOperator, type Seen } from '../../test/support/operator-rig.ts';
import { resourceType } from '../../crds/index.ts';
import { EVENTS } from '../../kit/events.ts';

// A grace period is waited out.
jest.setTimeout(90_000);

let rig: OperatorRig;
let operator: RunningOperator;

const STORES = ['first', 'second', 'third'];
const assigned = (namespaces: readonly string[]) =>
  namespaces.map((namespace) => ({
    namespace,
    name: 'main',
    assignedAt: `2026-01-0${STORES.indexOf(namespace) + 1}T00:00:00Z`,
  }));
const license = (spec: object) =>
  rig.apply('License', undefined, 'team', { plan: 'team', seats: 2, stores: assigned(STORES), ...spec });
const licensedOf = (namespace: string, expected: string) =>
  rig.eventually('Connection', namespace, 'shop', (seen) => conditionOf(seen, 'Licensed') === expected);
/** Another operator, which requires a License. */
async function requireOne(gracePeriod: string): Promise<void> {
  await operator.stop();
  const required = { SUPERCARGO_REQUIRE_LICENSE: 'true', SUPERCARGO_LICENSE_GRACE_PERIOD: gracePeriod };
  operator = await rig.startOperator(required);
}
const replicas = async (namespace: string) => (await rig.deployment(namespace, 'shop'))?.spec.replicas;

beforeAll(async () => {
  rig = await OperatorRig.start();
  operator = await rig.startOperator();
  for (const namespace of STORES) {
    const manifest = await rig.namespace(namespace);
    await rig.apply('Connection', namespace, 'shop', manifest['spec'] as object);
  }
}, 120_000);

afterAll(async () => {
  await operator?.stop();
  await rig?.stop();
});

describe('three stores and two seats', () => {
  it('without any License everything runs', async () => {
    for (const namespace of STORES) {
      await licensedOf(namespace, 'True LicensingNotRequired');
      await until(`the pod of ${namespace}`, async () => (await replicas(namespace)) === 1);
    }
  });

  it('while none is required, a License stops nobody, and says who would stop', async () => {
    await license({});
    await licensedOf('first', 'True Seated');
    await licensedOf('second', 'True Seated');
    await licensedOf('third', 'False SeatsExhausted');
    const { status } = await rig.client.get<Seen>(resourceType('Connection'), 'shop', 'third');
    expect(status?.conditions?.find(({ type }) => type === 'Licensed')?.message).toMatch(/requires no License$/);
    expect(conditionOf({ status } as Seen, 'Stalled')).toBeUndefined();
    await until('the pod of the third', async () => (await replicas('third')) === 1);
  });

  it('once one is required, who has no seat runs on for the grace period, and who is new does not', async () => {
    // Long enough to be looked at on a busy machine.
    await requireOne('12s');
    await licensedOf('third', 'True GracePeriod');
    expect(await replicas('third')).toBe(1);
    const { status } = await rig.client.get<Seen>(resourceType('Connection'), 'shop', 'third');
    expect(status).toMatchObject({ licenseGraceUntil: expect.stringMatching(/^20\d\d-/) });
    const manifest = await rig.namespace('fourth');
    await rig.apply('Connection', 'fourth', 'shop', manifest['spec'] as object);
    await licensedOf('fourth', 'False NotAssigned');
    expect((await replicas('fourth')) ?? 0).toBe(0);
  });

  it('then the oldest two assignments run, the third is stopped and says which seats are taken', async () => {
    await licensedOf('first', 'True Seated');
    await licensedOf('second', 'True Seated');
    const third = await rig.eventually(
      'Connection',
      'third',
      'shop',
      (seen) => conditionOf(seen, 'Stalled') === 'True SeatsExhausted',
      60_000,
    );
    expect(third.status?.conditions?.find(({ type }) => type === 'Ready')?.message).toContain(
      'all 2 seats of License team are taken by stores assigned before third/main',
    );
    await until('the pod to stop', async () => (await replicas('third')) === 0);
    await until(
      'the pods of the others',
      async () => (await replicas('first')) === 1 && (await replicas('second')) === 1,
    );
    const seen = await rig.eventually(
      'License',
      undefined,
      'team',
      (now) => conditionOf(now, 'Ready') === 'True Valid',
    );
    expect(seen.status).toMatchObject({
      seatsUsed: 2,
      seatsTotal: 2,
      stores: [
        { namespace: 'first', seated: true },
        { namespace: 'second', seated: true },
        { namespace: 'third', seated: false, reason: 'SeatsExhausted' },
      ],
    });
  });

  it('a freed seat goes to the next in line', async () => {
    await requireOne('1s');
    await license({ stores: assigned(['second', 'third']) });
    await licensedOf('third', 'True Seated');
    await licensedOf('first', 'False NotAssigned');
    await until('the pods to follow', async () => (await replicas('third')) === 1 && (await replicas('first')) === 0);
  });

  it('a driver that is not licensed, a term to come and a term that is over each have a reason', async () => {
    await license({ drivers: ['shopify'] });
    await licensedOf('first', 'False DriverNotLicensed');
    await license({ notBefore: '2099-01-01T00:00:00Z' });
    await licensedOf('first', 'False NotYetValid');
    await rig.eventually(
      'Connection',
      'first',
      'shop',
      (seen) => conditionOf(seen, 'Reconciling') === 'True NotYetValid',
    );
    await license({ notAfter: '2020-01-01T00:00:00Z' });
    await licensedOf('first', 'False Expired');
  });

  it('in the grace period everything runs on, with a Warning Event', async () => {
    const yesterday = new Date(Date.now() - 86_400_000).toISOString();
    await license({ notAfter: yesterday });
    await licensedOf('first', 'True GracePeriod');
    await until('the Event', async () => {
      const { items } = await rig.client.list<Seen & { type: string; reason: string; note: string }>(EVENTS, {
        namespace: 'default',
      });
      return items.some(
        (event) =>
          event.type === 'Warning' &&
          event.reason === 'GracePeriod' &&
          event.note.includes('all connections stop in 13 days'),
      );
    });
  });
});
