import type { Pace } from './measure.ts';

const SYSTEMS = ['ours', 'changed', 'always'] as const;

/** What `make bench-operator` takes from its environment. */
export interface Options {
  readonly counts: readonly number[];
  /** `ours`, and the Go controller that applies what `changed` or `always`. */
  readonly systems: readonly (typeof SYSTEMS)[number][];
  readonly workers: number;
  readonly pace: Pace;
}

export function readOptions(env: NodeJS.ProcessEnv): Options {
  const list = (text: string) => text.split(',').flatMap((part) => part.trim() || []);
  const systems = list(env['SYSTEMS'] ?? 'ours,changed');
  const unknown = systems.find((name) => !SYSTEMS.some((known) => known === name));
  if (unknown !== undefined) throw new Error(`SYSTEMS names ${unknown}; there are ${SYSTEMS.join(', ')}`);
  return {
    counts: list(env['CONNECTIONS'] ?? '1000,5000,10000').map(Number),
    systems: SYSTEMS.filter((name) => systems.includes(name)),
    workers: Number(env['WORKERS'] ?? 8),
    pace: {
      quietSeconds: Number(env['QUIET'] ?? 60),
      changeSeconds: Number(env['CHANGE'] ?? 40),
      perSecond: Number(env['PER_SECOND'] ?? 5),
      cutSeconds: Number(env['CUT'] ?? 95),
      copiedAbove: Number(env['COPIED_ABOVE'] ?? 1000),
    },
  };
}
