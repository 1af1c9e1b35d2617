import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Modules of client-node that a process loads by running this; in one of its own, as jest has a loader of its own. */
function loadedBy(statement: string): string[] {
  const script = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    ${statement};
    console.log(JSON.stringify(loaded.filter((url) => url.includes('@kubernetes/client-node'))));`;
  const cwd = join(import.meta.dirname, '..');
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd });
  if (stdout.length === 0) throw new Error(stderr.toString());
  return JSON.parse(stdout.toString()) as string[];
}

const HOOK = `(await import('./base-class/without-client-node.ts')).withoutClientNode();`;

describe('an operator in a pod', () => {
  it('loads nothing of client-node, neither for itself nor for its base class', () => {
    const asServeDoes = `${HOOK}
      await import('./main.ts');
      await import('./supercargo-operator.ts')`;
    expect(loadedBy(asServeDoes)).toEqual([]);
  });

  it('leaves the package to whoever asks for it afterwards', () => {
    const afterwards = `${HOOK}
      await import('./supercargo-operator.ts');
      await import('@kubernetes/client-node')`;
    expect(loadedBy(afterwards).length).toBeGreaterThan(100);
  });
});
