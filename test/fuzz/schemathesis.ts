import { join } from 'node:path';
import { pythonPrograms } from '../support/python.ts';

/**
 * The program of the pinned schemathesis, installed once into a virtual environment in the cache. Throws with what is
 * missing.
 */
export async function schemathesis(): Promise<string> {
  return join(await pythonPrograms('schemathesis', join(import.meta.dirname, 'requirements.txt')), 'schemathesis');
}
