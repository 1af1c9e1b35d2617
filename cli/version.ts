import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Of the package this file belongs to, from source or from dist/. */
export function packageVersion(): string {
  for (let directory = import.meta.dirname; directory !== dirname(directory); directory = dirname(directory)) {
    try {
      const { name, version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { name?: string; version?: string };
      if (name === 'supercargo' && version) return version;
    } catch {
      continue;
    }
  }
  return '0.0.0';
}
