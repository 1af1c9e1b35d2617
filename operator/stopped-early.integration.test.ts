import { KubeConfig } from '@kubernetes/client-node';
import { expect, it } from '@jest/globals';
import { kubeConfigAccess } from '../kit/kube/kube-config.ts';
import { createLogger } from '../kit/log.ts';
import { freePort } from '../test/support/free-port.ts';
import { runOperator } from './main.ts';

it.each([
  ['at once', 0],
  ['while it waits', 500],
])(
  'ends when asked %s though the API server was never reached, and never says that it is ready',
  async (_, afterMs) => {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromClusterAndUser(
      { name: 'gone', server: `http://127.0.0.1:${await freePort()}`, skipTLSVerify: true },
      { name: 'nobody' },
    );
    const stop = new AbortController();
    let ready = false;
    const running = runOperator(
      {
        SUPERCARGO_NAMESPACE: 'default',
        SUPERCARGO_HUB_URL: 'http://127.0.0.1:9',
        SUPERCARGO_SYNC_IMAGE: 'supercargo:test',
        SUPERCARGO_HTTP_PORT: '0',
      },
      stop.signal,
      { access: kubeConfigAccess(kubeConfig), log: createLogger('operator', 'silent'), onReady: () => (ready = true) },
    );
    if (afterMs === 0) stop.abort();
    else setTimeout(() => stop.abort(), afterMs);
    await running;
    expect(ready).toBe(false);
  },
);
