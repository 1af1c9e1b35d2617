import { describe, expect, it } from '@jest/globals';
import { mayCall } from './addresses.ts';
import { networkList } from './network-list.ts';

describe('the private networks of an installation', () => {
  it('are what stands between commas', () => {
    const { texts, reach } = networkList.parse(' 10.0.0.0/8,, fd00::/8 ');
    expect(texts).toEqual(['10.0.0.0/8', 'fd00::/8']);
    expect(['10.1.2.3', 'fd00::7', '192.168.0.1'].map((one) => mayCall(one, [reach]))).toEqual([true, true, false]);
  });

  it('are none where nothing is said', () => {
    expect(mayCall('10.1.2.3', [networkList.parse(undefined).reach])).toBe(false);
  });

  it('never are loopback, though it is listed', () => {
    const { reach } = networkList.parse('127.0.0.0/8,::1/128,0.0.0.0/0,::/0');
    expect(['127.0.0.1', '::1', '::ffff:127.0.0.1'].filter((one) => mayCall(one, [reach]))).toEqual([]);
  });

  it('are refused, one by one, where they are none', () => {
    const { error } = networkList.safeParse('10.0.0.0/8,10.0.0.0/33,internal');
    expect(error?.issues.map(({ message }) => message)).toEqual([
      '"10.0.0.0/33" is no network: write it as CIDR, for example "10.20.0.0/16"',
      '"internal" is no network: write it as CIDR, for example "10.20.0.0/16"',
    ]);
  });
});
