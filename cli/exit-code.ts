import { CommanderError } from 'commander';
import { isApiError } from '../kit/kube/errors.ts';

/** What a command's exit says to a script; docs/operating.md has the table. */
export const EXIT = { error: 1, usage: 2, notFound: 3, notWell: 4, forbidden: 5, interrupted: 130 } as const;

/** Of several that went wrong in different ways, the first of these is told. */
const WORST_FIRST: readonly number[] = [
  EXIT.error,
  EXIT.forbidden,
  EXIT.notFound,
  EXIT.usage,
  EXIT.interrupted,
  EXIT.notWell,
];

/** The code of the worst; 0 where there is none. */
export function worstOf(codes: readonly number[]): number {
  return WORST_FIRST.find((code) => codes.includes(code)) ?? 0;
}

/** The command line asks for what cannot be. */
export class UsageError extends Error {}

/** What was named is not there. */
export class NotFound extends Error {}

/** How a command that failed ends its process. */
export interface Ending {
  readonly setCode: (code: number) => void;
  /** At once, with that code. */
  readonly end: () => void;
}

/**
 * A command that failed ends once nothing is open any more. A part of a container ends at once: what it has left open
 * (sessions of a database, watches) would keep a pod that has failed alive, and the kubelet would not start it anew.
 */
export function endFailed(error: unknown, [command]: readonly string[], { setCode, end }: Ending): void {
  setCode(exitCodeOf(error));
  if (command === 'serve') end();
}

/** Of an error that ended a command. A refusal that was put in other words is still one. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof NotFound || isApiError(error, 'NotFound')) return EXIT.notFound;
  if (isApiError(error, 'Forbidden')) return EXIT.forbidden;
  return error instanceof Error && error.cause !== undefined ? exitCodeOf(error.cause) : EXIT.error;
}
