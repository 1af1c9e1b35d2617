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

  it('is asked again, and answers once it can', async () => {
    let calls = 0;
    const client = clientOf(async () =>
      ++calls < 3 ? problem(503, 'DatabaseUnavailable', 'starting') : { status: 200, text: '{}' },
    );
    await client.heartbeat('1');
    expect(calls).toBe(3);
  });
});
