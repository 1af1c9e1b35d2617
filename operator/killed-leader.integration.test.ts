import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { LEASES } from '../kit/leader.ts';
import type { KubeObject } from '../kit/kube/objects.ts';
import { OperatorRig, until, type RunningOperator } from '../test/support/operator-rig.ts';

/** The times of the chart. */
const FOLLOWED_WITHIN_MS = 15_000;

let rig: OperatorRig;
let second: RunningOperator | undefined;
let first: ChildProcess | undefined;

beforeAll(async () => {
  rig = await OperatorRig.start();
}, 120_000);
afterAll(async () => {
  first?.kill('SIGKILL');
  await second?.stop();
  await rig.stop();
}, 60_000);

interface Lease extends KubeObject {
  readonly spec?: { readonly holderIdentity?: string; readonly leaseDurationSeconds?: number };
}

const holder = async () =>
  (await rig.client.find<Lease>(LEASES, 'supercargo-operator', 'default'))?.spec?.holderIdentity;

it('a leader that is killed is followed within 15 s, and the next carries out what was changed meanwhile', async () => {
  first = spawn(process.execPath, [join(import.meta.dirname, '..', 'cli', 'main.ts'), 'serve', 'operator'], {
    env: {
      ...process.env,
      KUBECONFIG: rig.controlPlane.kubeconfig,
      POD_NAME: 'first',
      SUPERCARGO_NAMESPACE: 'default',
      SUPERCARGO_HUB_URL: 'http://127.0.0.1:9',
      SUPERCARGO_SYNC_IMAGE: 'supercargo:test',
      SUPERCARGO_HTTP_PORT: '0',
    },
    stdio: 'ignore',
  });
  await until('the first to lead', async () => (await holder())?.startsWith('first_') ?? false, undefined, 60_000);
  second = await rig.startOperator({ POD_NAME: 'second', SUPERCARGO_LEADER_ELECTION: 'true' });
  const connection = await rig.namespace('acme');

  const killed = performance.now();
  first.kill('SIGKILL');
  await rig.apply('Connection', 'acme', 'shop', connection['spec'] as object);
  await until('the second to lead', async () => (await holder())?.startsWith('second_') ?? false, holderNow, 30_000);
  expect(performance.now() - killed).toBeLessThan(FOLLOWED_WITHIN_MS);
  await until('the Deployment', async () => (await rig.deployment('acme', 'shop')) !== undefined);
}, 120_000);

const holderNow = () => 'it is still with the one that was killed';
