import { describe, expect, it } from '@jest/globals';
import type { ConnectionResource } from '../crds/index.ts';
import type { EventRecorder } from '../kit/events.ts';
import type { KubeClient } from '../kit/kube/client.ts';
import { ApiError } from '../kit/kube/errors.ts';
import type { Informer } from '../kit/kube/informer.ts';
import type { Intent } from '../kit/kube/objects.ts';
import type { Logger } from '../kit/log.ts';
import { aConnection } from '../test/support/operator-fixtures.ts';
import { Claims } from './claims.ts';

const type = { apiVersion: 'v1', kind: 'Connection', plural: 'connections', namespaced: true };
const informer = { type } as unknown as Informer<ConnectionResource>;

function setUp(answer?: ApiError) {
  const writes: Intent[] = [];
  const told: unknown[] = [];
  const events: string[] = [];
  const claims = new Claims({
    client: {
      applyStatus: async (_type: unknown, intent: Intent) => {
        writes.push(intent);
        if (answer) throw answer;
      },
    } as unknown as KubeClient,
    installation: 'one',
    recorder: {
      record: (_: unknown, { message }: { message: string }) => events.push(message),
    } as unknown as EventRecorder,
    log: { info: (fields: object) => told.push(fields) } as unknown as Logger,
  });
  return { claims, writes, told, events };
}

const connection = (installation?: string, label?: string): ConnectionResource => {
  const { metadata, ...rest } = aConnection({}, installation === undefined ? {} : { status: { installation } });
  const labels: Record<string, string> = label === undefined ? {} : { 'supercargo.dev/installation': label };
  return { ...rest, metadata: { ...metadata, resourceVersion: '7', labels } };
};

describe('what an installation holds', () => {
  it('is worked on without a write, once it is claimed', async () => {
    const { claims, writes } = setUp();
    expect(await claims.hold(informer, connection('one'))).toBe(true);
    expect(writes).toEqual([]);
  });

  it("is claimed first where it is nobody's: of the version that was read alone, so that one of two succeeds", async () => {
    const { claims, writes, events } = setUp();
    expect(await claims.hold(informer, connection())).toBe(false);
    expect(writes).toMatchObject([
      { metadata: { name: 'shop', uid: 'uid-shop', resourceVersion: '7' }, status: { installation: 'one' } },
    ]);
    expect(events).toEqual([]);
  });

  it('is left to whoever was faster, and what is wrong otherwise is an error', async () => {
    expect(await setUp(new ApiError('Conflict', 409, '')).claims.hold(informer, connection())).toBe(false);
    await expect(setUp(new ApiError('Unavailable', 503, 'down')).claims.hold(informer, connection())).rejects.toThrow(
      'down',
    );
  });

  it('is told in an Event where it was taken over as a person stated', async () => {
    const { claims, events } = setUp();
    expect(await claims.hold(informer, connection('two', 'one'))).toBe(false);
    expect(events).toEqual(['the installation one looks after it now, in place of two']);
  });

  it("is not another's: nothing is written, and it is told once for each change", async () => {
    const { claims, writes, told } = setUp();
    for (const object of [connection('two'), connection('two'), connection('one', 'two'), connection('three')])
      expect(await claims.hold(informer, object)).toBe(false);
    expect(writes).toEqual([]);
    expect(told).toEqual([
      { kind: 'Connection', namespace: 'acme', name: 'shop', installation: 'two' },
      { kind: 'Connection', namespace: 'acme', name: 'shop', installation: 'three' },
    ]);
  });
});
