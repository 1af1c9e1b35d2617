import { describe, expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import type { EventNote } from '../kit/events.ts';
import type { KubeClient } from '../kit/kube/client.ts';
import type { KubeObject } from '../kit/kube/objects.ts';
import { createLogger } from '../kit/log.ts';
import { storeEvents } from './store-watch.ts';

function teller(get: (name: string, namespace?: string) => Promise<unknown>) {
  const recorded: [KubeObject, EventNote][] = [];
  const client = { get: (_type: unknown, name: string, namespace?: string) => get(name, namespace) } as unknown as Pick<
    KubeClient,
    'get'
  >;
  return {
    recorded,
    tell: storeEvents({
      client,
      log: createLogger('test', 'silent'),
      recorder: { record: (object, note) => void recorded.push([object, note]) },
    }),
  };
}

describe('what is told to a Store', () => {
  it('is an Event about the resource as it now is', async () => {
    const { recorded, tell } = teller(async (name, namespace) => ({
      kind: 'Store',
      metadata: { name, namespace, uid: 'u' },
    }));
    tell('acme', 'main', 'Warning', 'WebhookEndpointDisabled', 'it failed');
    await setImmediate();
    expect(recorded).toEqual([
      [
        { kind: 'Store', metadata: { name: 'main', namespace: 'acme', uid: 'u' } },
        { type: 'Warning', reason: 'WebhookEndpointDisabled', action: 'Deliver', message: 'it failed' },
      ],
    ]);
  });

  it('fails nobody when the Store cannot be read', async () => {
    const { recorded, tell } = teller(async () => {
      throw new Error('gone');
    });
    expect(() => tell('acme', 'main', 'Warning', 'R', 'm')).not.toThrow();
    await setImmediate();
    expect(recorded).toEqual([]);
  });
});
