import { LABELS } from './names.ts';

/** What an installation may look after: a connection, or what connections share. */
export interface Claimed {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
  readonly status?: { readonly installation?: string };
}

/**
 * Whose an object is: as a person stated by its label, else as the installation that claimed it says; undefined:
 * nobody's yet. All installations read the same object, so all decide alike and need not speak to each other. Pure.
 */
export function belongsTo({ metadata, status }: Claimed): string | undefined {
  return metadata.labels?.[LABELS.installation] || status?.installation;
}

/** Whether it is another installation's. What is nobody's yet is not. Pure. */
export function isTheirs(object: Claimed, installation: string): boolean {
  const owner = belongsTo(object);
  return owner !== undefined && owner !== installation;
}
