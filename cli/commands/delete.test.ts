import { describe, expect, it } from '@jest/globals';
import { ApiError } from '../../kit/kube/errors.ts';
import { fakeTarget, quickClock, type FakeCluster } from '../../test/support/fake-target.ts';
import type { EventView } from '../cluster-doors.ts';
import { exitCodeOf } from '../exit-code.ts';
import type { Viewed } from '../status-view.ts';
import { deleteConnections, type DeleteOptions } from './delete.ts';

const FINALIZER = 'supercargo.dev/connection';
const connection = (name: string, spec: object = {}, rest: Partial<Viewed['metadata']> = {}): Viewed => ({
  kind: 'Connection',
  metadata: { namespace: 'acme', name, uid: `uid-${name}`, finalizers: [FINALIZER], ...rest },
  spec: { ...spec },
});
const deleting = (one: Viewed, message: string): Viewed => ({
  ...one,
  status: { conditions: [{ type: 'Deleting', status: 'True', reason: 'x', message, lastTransitionTime: '' }] },
});
const event = (name: string, reason: string, message: string): EventView => ({
  metadata: { name: `Connection.${name}.1` },
  reason,
  message,
});

async function remove(
  cluster: FakeCluster,
  options: Partial<DeleteOptions> = {},
  ask?: (question: string) => Promise<string>,
) {
  const { target, written } = fakeTarget(cluster);
  const said: string[] = [];
  const all = { names: ['shop'], wait: true, timeoutMs: 60_000, yes: true, ...options };
  const doors = { clock: quickClock() as never, say: (line: string) => said.push(line), ask };
  const ended = await deleteConnections(target, all, doors).catch((error: unknown) => error);
  return { ended, written, said };
}

describe('supercargo delete', () => {
  it('says before what becomes of the data, then each thing it waits for once, and how it ended', async () => {
    const resources = [connection('shop')];
    const { ended, written, said } = await remove({
      resources,
      events: [event('shop', 'Deregistered', 'deletionPolicy Retain: the hub keeps its data')],
      onList(_, lists) {
        if (lists === 3 || lists === 4) resources[0] = deleting(resources[0]!, 'the sync pod finishes its work');
        if (lists === 5) resources.length = 0;
      },
    });
    expect(ended).toBe(true);
    expect(written).toEqual(['delete acme/shop uid-shop']);
    expect(said).toEqual([
      'Connection acme/shop has deletionPolicy Retain: the hub keeps its data',
      'Connection acme/shop: waits for the operator to begin (finalizer supercargo.dev/connection): does it run?',
      'Connection acme/shop: the sync pod finishes its work',
      'Connection acme/shop is gone: deletionPolicy Retain: the hub keeps its data',
    ]);
  });

  it('is not well where the operator let go before all was done, or it is still there in the end', async () => {
    const resources = [connection('shop', { deletionPolicy: 'Delete' })];
    const late = await remove({
      resources,
      events: [event('shop', 'DeletionDeadlineExceeded', 'not done after 60 s: let go')],
      onList: (_, lists) => void (lists === 2 && (resources.length = 0)),
    });
    expect(late.ended).toBe(false);
    const other = connection('shop', {}, { finalizers: ['example.com/other'] });
    const still = await remove({ resources: [other] }, { timeoutMs: 3000 });
    expect(still.ended).toBe(false);
    expect(still.said.at(-1)).toBe(
      'Connection acme/shop is still there after 3 s: waits for others: example.com/other. Its deletion goes on',
    );
  });

  it('takes one of the same name that was made meanwhile for another', async () => {
    const resources = [connection('shop')];
    const { ended } = await remove({
      resources,
      onList: (_, lists) => void (lists === 2 && (resources[0] = connection('shop', {}, { uid: 'uid-new' }))),
    });
    expect(ended).toBe(true);
  });

  it('does not wait where it is asked not to', async () => {
    const { ended, said } = await remove({ resources: [connection('shop')] }, { wait: false });
    expect([ended, said.at(-1)]).toEqual([true, 'Connection acme/shop: its deletion has begun']);
  });

  it('needs --yes where nobody can be asked, and for the policy Delete in any case', async () => {
    const yes = async () => 'yes';
    const nobody = await remove({ resources: [connection('shop')] }, { yes: false });
    const policy = await remove({ resources: [connection('shop', { deletionPolicy: 'Delete' })] }, { yes: false }, yes);
    const no = await remove({ resources: [connection('shop')] }, { yes: false }, async () => 'y');
    for (const { ended, written } of [nobody, policy, no]) expect([exitCodeOf(ended), written]).toEqual([2, []]);
    expect(policy.said).toEqual([
      'Connection acme/shop has deletionPolicy Delete: the hub deletes all its orders, levels and state, for good',
    ]);
    const asked = await remove({ resources: [connection('shop')] }, { yes: false, wait: false }, yes);
    expect(asked.written).toHaveLength(1);
  });

  it('deletes none of several where one is protected, or one is not there', async () => {
    const resources = [connection('shop'), connection('kept', { deletionProtection: true })];
    const kept = await remove({ resources }, { names: ['shop', 'kept'] });
    expect([String(kept.ended), kept.written]).toEqual([
      expect.stringContaining('acme/kept has deletionProtection'),
      [],
    ]);
    const missing = await remove({ resources }, { names: ['shop', 'none'] });
    expect([exitCodeOf(missing.ended), missing.written]).toEqual([3, []]);
    const inactive = { ...resources[1]!, status: { state: 'Inactive' } };
    expect((await remove({ resources: [inactive] }, { names: ['kept'], wait: false })).ended).toBe(true);
  });

  it('is not held up by a missing right to read Events', async () => {
    const resources = [connection('shop')];
    const { target } = fakeTarget({ resources, onList: (_, lists) => void (lists === 2 && (resources.length = 0)) });
    const closed = {
      ...target,
      cluster: { ...target.cluster!, events: () => Promise.reject(new ApiError('Forbidden', 403, 'no')) },
    };
    const said: string[] = [];
    const all = { names: ['shop'], wait: true, timeoutMs: 9000, yes: true };
    const doors = { clock: quickClock() as never, say: (line: string) => said.push(line), ask: undefined };
    expect(await deleteConnections(closed, all, doors)).toBe(true);
    expect(said.at(-1)).toBe('Connection acme/shop is gone');
  });

  it('is refused at a running "up", which has what its manifests say', async () => {
    const { target } = fakeTarget({ resources: [connection('shop')] });
    const all = { names: ['shop'], wait: true, timeoutMs: 0, yes: true };
    const doors = { clock: quickClock() as never, say: () => undefined, ask: undefined };
    const ended = deleteConnections({ ...target, cluster: undefined }, all, doors);
    await expect(ended).rejects.toThrow('take the connection out of them');
  });
});
