import { describe, expect, it } from '@jest/globals';
import { PassThrough } from 'node:stream';
import type { ExecCall, PodExec } from '../../kit/kube/exec.ts';
import { hubDatabase } from './hub-database.ts';
import type { HubStarts } from './started-anew.ts';

function rig(answer = '') {
  const calls: (Omit<ExecCall, 'stdin' | 'stdout' | 'stderr'> & { input: string })[] = [];
  const exec: PodExec = async ({ stdin, stdout, stderr: _, ...call }) => {
    let input = '';
    for await (const chunk of stdin ?? []) input += chunk.toString();
    calls.push({ ...call, input });
    stdout.write(answer);
  };
  const starts: HubStarts = {
    read: () => Promise.resolve(new Map([['hub-1/hub', calls.length]])),
    // They are looked at before the restore, not after it.
    anewSince: (before) => Promise.resolve(before.get('hub-1/hub') === calls.length - 1),
  };
  return { calls, hub: hubDatabase({ namespace: 'sc', pod: 'hub-1', port: 8080 }, exec, new PassThrough(), starts) };
}
const MAIN = ['/nodejs/bin/node', '/app/dist/cli/main.js', 'serve'];

describe('the database of a hub on a cluster', () => {
  it('is backed up, looked at and restored by commands in its pod, the file by their input', async () => {
    const { calls, hub } = rig('{"loss":"3 orders of 1 connection"}\n');
    const out = new PassThrough();
    await hub.backup(out);
    expect(String(out.read())).toContain('3 orders');
    expect(await hub.look()).toBe('3 orders of 1 connection');
    expect(await hub.restore(PassThrough.from([Buffer.from('the file')]), true)).toBe(true);
    await hub.restore(PassThrough.from([Buffer.from('the file')]), false);
    const of = (...args: string[]) => ({
      namespace: 'sc',
      pod: 'hub-1',
      container: 'hub',
      command: [...MAIN, ...args],
    });
    expect(calls).toEqual([
      { ...of('backup'), input: '' },
      { ...of('restore', '--look'), input: '' },
      { ...of('restore', '--replace'), input: 'the file' },
      { ...of('restore'), input: 'the file' },
    ]);
  });

  it('with nothing to lose says so', async () => {
    expect(await rig('{"loss":null}').hub.look()).toBeUndefined();
  });
});
