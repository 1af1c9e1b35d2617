import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface OwnPackage {
  readonly directory: string;
  readonly version: string;
}

/** The package this file belongs to, whether it runs from source or from dist/. */
export function ownPackage(): OwnPackage {
  for (let directory = import.meta.dirname; directory !== dirname(directory); directory = dirname(directory)) {
    try {
      const { name, version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (name === 'supercargo' && version) return { directory, version };
    } catch {
      continue;
    }
  }
  throw new Error('package.json of supercargo was not found above this file');
}
