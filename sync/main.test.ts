import { expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ownPackage } from '../cli/version.ts';

it('the first line of a sync pod says what it is: release, connection, driver and hub', () => {
  const { stderr } = spawnSync(process.execPath, [join(import.meta.dirname, '../cli/main.ts'), 'serve', 'sync'], {
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      SUPERCARGO_CONNECTION_KIND: 'Connection',
      SUPERCARGO_CONNECTION_NAME: 'shop',
      SUPERCARGO_NAMESPACE: 'acme',
      SUPERCARGO_DRIVER: 'generic',
      SUPERCARGO_HUB_URL: 'http://hub:8080',
      SUPERCARGO_CREDENTIAL: JSON.stringify({ name: 'key', secretName: 'shop-key' }),
      // It is in no cluster: there it ends.
      KUBECONFIG: '/none',
    },
  });
  expect(JSON.parse(stderr.split('\n')[0]!)).toMatchObject({
    ...{ level: 'info', message: 'the sync pod starts', version: ownPackage().version },
    ...{ connection: 'shop', namespace: 'acme', driver: 'generic', hub: 'http://hub:8080' },
  });
});
