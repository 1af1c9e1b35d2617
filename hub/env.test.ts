import { expect, it } from '@jest/globals';
import { readHubEnvironment } from './env.ts';

it('a folder of certificates that is empty is as good as none: it speaks http', () => {
  const read = (folder: string) =>
    readHubEnvironment({ SUPERCARGO_NAMESPACE: 'n', SUPERCARGO_TLS_DIR: folder }).installed;
  expect(read('').tls).toBeUndefined();
  expect(read('/tls').tls).toBeDefined();
});
