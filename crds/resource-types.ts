import { KINDS } from './kinds/index.ts';
import { API_VERSION } from './schema/define.ts';

/** How the REST API addresses a kind of ours. Throws for a kind that is none. */
export function resourceType(kind: string): { apiVersion: string; kind: string; plural: string; namespaced: boolean } {
  const definition = KINDS.find((candidate) => candidate.kind === kind);
  if (!definition) throw new Error(`"${kind}" is not a kind of ${API_VERSION}`);
  return { apiVersion: API_VERSION, kind, plural: definition.plural, namespaced: definition.scope === 'Namespaced' };
}
