import { describe, expect, it } from '@jest/globals';
import { createHubClient, type HubSend } from './hub-client.ts';

function clientOf(send: HubSend) {
  let now = 0;
  const clock = {
    now: () => new Date(now),
    sleep: async (ms: number) => {
      now += ms;
    },
  };
  return createHubClient({ url: 'http://hub', clock, token: async () => 't', send });
}

const problem = (status: number, type: string, detail: string) => ({
  status,
  text: JSON.stringify({ type, title: type, status, detail }),
});

it.each([
  ['LeaseLost', 'LeaseLost'],
  ['FST_ERR_CTP_BODY_TOO_LARGE', 'FST_ERR_CTP_BODY_TOO_LARGE'],
  ['about:blank', 'Refused'],
  ['https://gateway.example/problems/forbidden', 'Refused'],
  ['', 'Refused'],
])(
  'a refusal of type %j, which may be that of what stands between, has a reason that a condition holds',
  async (type, reason) => {
    const client = clientOf(async () => problem(403, type, 'no'));
    await expect(client.heartbeat('1')).rejects.toMatchObject({ status: 403, reason, message: 'no' });
  },
);

describe('a hub that fails for as long as a call tries', () => {
  it('is quoted where it says what is in its way', async () => {
    const client = clientOf(async () => problem(503, 'DatabaseUnavailable', 'the disk is full: enlarge the volume'));
    await expect(client.heartbeat('1')).rejects.toThrow('the disk is full: enlarge the volume');
  });

  it('is said to have failed where it says nothing that can be read', async () => {
    const client = clientOf(async () => ({ status: 502, text: '<html>bad gateway</html>' }));
    await expect(client.heartbeat('1')).rejects.toThrow('the hub answered 502: its log has the reason');
  });

  it('is said not to be reached where no answer came', async () => {
    const client = clientOf(async () => {
      throw new Error('ECONNREFUSED');
    });
    await expect(client.heartbeat('1')).rejects.toThrow(
      'check that it runs and that the network policy lets the pod through',
    );
  });

  it('is waited for longer when it is there and has too much to do: its answers come late', async () => {
    let calls = 0;
    const busy = clientOf(async () => (++calls < 30 ? problem(503, 'HubBusy', 'busy') : { status: 200, text: '{}' }));
    await busy.heartbeat('1');
    const away = clientOf(async () => problem(503, 'DatabaseUnavailable', 'starting'));
    await expect(away.heartbeat('1')).rejects.toMatchObject({ busy: false });
    const never = clientOf(async () => problem(503, 'HubBusy', 'busy'));
    await expect(never.heartbeat('1')).rejects.toMatchObject({ busy: true, message: 'busy' });
  });

  it('hears of each request which feed it is for, so that it can take orders first', async () => {
    const heard: string[] = [];
    const client = clientOf(async ({ url, headers }) => {
      heard.push(`${url.split('/').at(-1)} ${headers['supercargo-class']}`);
      return {
        status: 200,
        text: JSON.stringify({ runId: 'r', entries: [], keptBack: 0, changed: 0, repeated: false }),
      };
    });
    const { runId } = await client.startRun({ feed: 's', feedType: 'StockExport', trigger: 'Schedule', holder: 'h/1' });
    await client.claim(runId, 'stock', 10);
    await client.batch(runId, Buffer.of());
    await client.finishRun(runId, { result: 'Empty' });
    await client.claim(runId, 'stock', 10);
    expect(heard).toEqual(['runs stock', 'claim stock', 'batches stock', 'finish stock', 'claim orders']);
  });

  it('is asked again, and answers once it can', async () => {
    let calls = 0;
    const client = clientOf(async () =>
      ++calls < 3 ? problem(503, 'DatabaseUnavailable', 'starting') : { status: 200, text: '{}' },
    );
    await client.heartbeat('1');
    expect(calls).toBe(3);
  });
});
