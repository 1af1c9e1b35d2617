import { expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

it('no command prints what a terminal would obey, neither what was asked for nor why it failed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'supercargo-terminal-'));
  try {
    const manifest = {
      apiVersion: 'supercargo.dev/v1beta1',
      kind: 'Store',
      metadata: { name: 'a\u001b[31mb' },
      spec: {},
    };
    writeFileSync(join(folder, 'store.yaml'), JSON.stringify(manifest));
    const run = (file: string) =>
      spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), 'validate', '-f', file], { encoding: 'utf8' });
    const outputs = [run(join(folder, 'none\u001b]0;PWNED\u0007')), run(join(folder, 'store.yaml'))].map(
      ({ stdout, stderr }) => stdout + stderr,
    );
    expect(outputs[0]).toContain('there is no file or folder');
    expect(outputs[1]).toContain('Store');
    // eslint-disable-next-line no-control-regex -- it is what is looked for
    for (const output of outputs) expect(output).not.toMatch(/[\u0007\u001b]|PWNED/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
