import { expect, it } from '@jest/globals';
import { metricsTls } from './metrics-tls.ts';

const of = (folder: string | undefined, clients: boolean) =>
  metricsTls({ SUPERCARGO_METRICS_TLS_DIR: folder, SUPERCARGO_METRICS_CLIENT_CERTIFICATES: clients }, 'the hub');

it('metrics are http without a folder, and with one that is empty', () => {
  expect(of(undefined, false)).toBeUndefined();
  expect(of('', false)).toBeUndefined();
  expect(of('/tls', false)).toBeDefined();
});

it.each([undefined, ''])(
  'metrics are not given to all where certificates are asked for and the folder is %j',
  (folder) => {
    expect(() => of(folder, true)).toThrow(/needs SUPERCARGO_METRICS_TLS_DIR/);
  },
);
