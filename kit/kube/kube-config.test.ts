import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadKubeConfig } from './kube-config.ts';

describe('the kubeconfig that is named', () => {
  let folder = '';
  let kubeconfig = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
    kubeconfig = join(folder, 'config');
    await writeFile(
      kubeconfig,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'a',
        clusters: [{ name: 'c', cluster: { server: 'https://cluster.test' } }],
        users: [{ name: 'u', user: { token: 't' } }],
        contexts: ['a', 'b'].map((name) => ({ name, context: { cluster: 'c', user: 'u', namespace: `of-${name}` } })),
      }),
    );
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is read, in the context that is named', () => {
    const config = loadKubeConfig({ kubeconfig, context: 'b' });
    expect(config.getCurrentCluster()?.server).toBe('https://cluster.test');
    expect(config.getContextObject(config.getCurrentContext())?.namespace).toBe('of-b');
  });

  it('acts as another user, in what is called and what is forwarded', async () => {
    const options: { headers?: Record<string, string> } = {};
    await loadKubeConfig({ kubeconfig, as: 'eve' }).applyToHTTPSOptions(options);
    expect(options.headers).toMatchObject({ 'Impersonate-User': 'eve' });
  });

  it('is named in words where it is not there, given by option or by environment', () => {
    const missing = join(folder, 'none');
    const words = `there is no kubeconfig ${missing}: name another`;
    expect(() => loadKubeConfig({ kubeconfig: missing })).toThrow(words);
    const before = process.env['KUBECONFIG'];
    process.env['KUBECONFIG'] = missing;
    try {
      expect(() => loadKubeConfig()).toThrow(words);
    } finally {
      if (before === undefined) delete process.env['KUBECONFIG'];
      else process.env['KUBECONFIG'] = before;
    }
  });

  it('has to have the context', () => {
    expect(() => loadKubeConfig({ kubeconfig, context: 'x' })).toThrow(
      'the kubeconfig has no context "x": it has a, b',
    );
  });
});
