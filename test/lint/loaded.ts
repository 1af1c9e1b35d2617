import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

/** Files and packages that a file has loaded once it runs: static imports that are more than types. */
export function loadedBy(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(join(ROOT, file), 'utf8');
  for (const [, clause = '', from = ''] of text.matchAll(/^(?:import|export) ([^;]*?)from '([^']+)';/gms)) {
    if (/^type\b/.test(clause) || onlyTypes(clause)) continue;
    if (from.startsWith('.')) loadedBy(relative(ROOT, join(ROOT, dirname(file), from)), seen);
    else seen.add(from);
  }
  return seen;
}

const onlyTypes = (clause: string): boolean => {
  const names = /^\{([^}]*)\}\s*$/s.exec(clause)?.[1]?.split(',') ?? [];
  const given = names.map((name) => name.trim()).filter((name) => name !== '');
  return given.length > 0 && given.every((name) => name.startsWith('type '));
};
