import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { run } from '../test/cluster/exec.ts';
import { BUILD_PATIENCE_MS, binaryPath, ensureBinaries, noLog } from '../test/cluster/index.ts';
import { OperatorRig } from '../test/support/operator-rig.ts';
import { systemClock } from './clock.ts';
import { EventRecorder } from './events.ts';
import { createLogger } from './log.ts';

jest.setTimeout(BUILD_PATIENCE_MS);

let rig: OperatorRig;
beforeAll(async () => {
  await ensureBinaries(['kubectl'], noLog);
  rig = await OperatorRig.start();
});
afterAll(() => rig?.stop());

describe('kubectl describe', () => {
  it('shows the Events of an object in the order in which they happened, however many they are', async () => {
    const manifest = await rig.namespace('acme');
    const shop = await rig.apply('Connection', 'acme', 'shop', manifest['spec'] as object);
    const recorder = new EventRecorder({
      ...{ client: rig.client, clock: systemClock, log: createLogger('test', 'silent') },
      ...{ controller: 'supercargo.dev/test', instance: 'pod', perObject: 20 },
    });
    const messages = Array.from({ length: 20 }, (_, index) => `happened as number ${index}`);
    for (const message of messages)
      recorder.record(shop, { type: 'Normal', reason: 'Happened', action: 'Happen', message });
    await recorder.flush();
    const where = ['--kubeconfig', rig.controlPlane.kubeconfig, '--namespace', 'acme'];
    const page = await run(binaryPath('kubectl'), [...where, 'describe', 'connection', 'shop']);
    expect([...page.matchAll(/happened as number \d+/g)].map(([message]) => message)).toEqual(messages);
  });
});
