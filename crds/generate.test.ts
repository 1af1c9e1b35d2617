import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { generatedFiles, staleFiles } from './generate.ts';
import { VERSIONS } from './index.ts';

const ROOT = join(import.meta.dirname, '..');

describe('generated files', () => {
  it('are what the kinds give (else run "npm run generate")', async () => {
    expect(await staleFiles(ROOT)).toEqual([]);
  });

  it('hold no CRD of 100 kB or more, which client-side apply could not take', () => {
    const large = [...generatedFiles()]
      .filter(([path, text]) => path.endsWith('.yaml') && Buffer.byteLength(text) >= 100_000)
      .map(([path]) => path);
    expect(large).toEqual([]);
  });

  it('set no default in a schema but that of a new status: Argo CD would see a difference for ever', () => {
    const withDefault = [...generatedFiles()]
      .filter(
        ([path, text]) => path.endsWith('.yaml') && (text.match(/^\s+default:/gm) ?? []).length !== VERSIONS.length,
      )
      .map(([path]) => path);
    expect(withDefault).toEqual([]);
  });
});
