import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { HubRig, until, type TestPod } from '../../test/support/hub-rig.ts';
import { ownDatabase } from '../../test/support/postgres.ts';

jest.setTimeout(60_000);

const PODS = 20;
let rig: HubRig;

beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase());
}, 60_000);
afterAll(async () => rig?.stop());

const start = (pod: TestPod) =>
  pod.client.startRun({ feed: 'orders', feedType: 'OrderImport', trigger: 'Schedule', holder: 'pod/1' });

async function waiting(): Promise<number> {
  const found = /supercargo_hub_pod_requests_waiting\{class="orders"\} (\d+)/.exec(await rig.metrics());
  return Number(found?.[1]);
}

it('pods that the database keeps waiting leave sessions to the back office, and are all served in the end', async () => {
  const store = await rig.store();
  const pods = await Promise.all(Array.from({ length: PODS }, (_, index) => store.connect(`shop-${index}`)));
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  let locked = () => {};
  const isLocked = new Promise<void>((resolve) => (locked = resolve));
  const lock = rig.db.transaction(async (tx) => {
    await tx.query('LOCK TABLE runs IN ACCESS EXCLUSIVE MODE');
    locked();
    await opened;
  });
  await isLocked;
  const runs = pods.map(start);
  await until(async () => (await waiting()) === PODS - 7, 'those that wait for their turn');
  expect((await store.api('GET', '/orders')).status).toBe(200);
  open();
  await lock;
  expect(new Set((await Promise.all(runs)).map(({ runId }) => runId)).size).toBe(PODS);
  expect(await waiting()).toBe(0);
});

it('a token in strange hands holds a few places that others do not wait for, and no more', async () => {
  const store = await rig.store();
  const stolen = await store.connect('stolen');
  const ending = new AbortController();
  const polls = Array.from({ length: 40 }, () =>
    stolen.client.hints(ending.signal).then(
      () => 'served',
      (error: unknown) => String(error),
    ),
  );
  const answers: string[] = [];
  for (const poll of polls) void poll.then((answer) => answers.push(answer));
  await until(() => answers.length === 40 - 16, 'those that are sent away');
  expect((await start(await store.connect('another'))).runId).toBeDefined();
  // The others have their places still.
  expect(answers).toEqual(Array.from({ length: 40 - 16 }, () => expect.stringMatching(/more to do than it can/)));
  ending.abort();
  await Promise.all(polls);
  expect((await start(stolen)).runId).toBeDefined();
  const hasPlace = () =>
    stolen.session().then(
      () => true,
      () => false,
    );
  await until(hasPlace, 'the places that they gave back');
});
