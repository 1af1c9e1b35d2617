import type { Clock } from '../../kit/clock.ts';
import type { Target } from '../target.ts';
import type { Right } from './rights.ts';

/** Options that many commands have. */
export interface Common {
  readonly namespace?: string;
  readonly state: string;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly as?: string;
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly store?: string;
  readonly systemNamespace?: string;
}

/** What stands after the name of a command. */
export interface Argument {
  /** As it is written in a usage line: "<kind>", "[name]", "[names...]". */
  readonly usage: string;
  readonly description?: string;
  readonly default?: string;
  /** The words it can be, for completion; a shell offers nothing else where they are all. */
  readonly words?: readonly string[];
}

/** An option, as commander writes it: "-n, --namespace <name>". */
export interface Flag {
  readonly usage: string;
  readonly description: string;
  readonly default?: string | number | boolean;
  readonly env?: string;
  readonly choices?: readonly string[];
  readonly required?: boolean;
  /** What numbers it takes; absent: it takes words. */
  readonly number?: NumberKind;
}

/** A port of this machine (0: a free one), a whole number from 0, or any number from 0. */
export type NumberKind = 'port' | 'whole' | 'any';

/** What a command may touch beside its arguments. */
export interface Doors {
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** Data, to stdout; free of what a terminal would obey. */
  readonly say: (line: string) => void;
  /** Progress, to stderr. */
  readonly tell: (line: string) => void;
  /** Aborts at SIGTERM and Ctrl-C. Asked for only by what can end in good order. */
  readonly stop: () => AbortSignal;
  /** Asks the person; undefined where nobody can be asked. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  /** The cluster or the running `up` that the options mean, closed afterwards. */
  readonly withTarget: <T>(options: Common, work: (target: Target) => Promise<T>) => Promise<T>;
}

/** One call of a command. */
export interface Call<A extends readonly unknown[], O> extends Doors {
  readonly args: A;
  readonly options: O;
  /** Whether the person wrote this option, and it is no default. */
  readonly given: (option: string) => boolean;
}

/** A row of the table that the program, its completion and its reference page are made of. */
export interface CommandRow<A extends readonly unknown[] = readonly unknown[], O = object> {
  /** "get", or "serve hub" of a group. */
  readonly name: string;
  readonly summary: string;
  readonly args?: readonly Argument[];
  readonly flags?: readonly Flag[];
  /** Rights on a cluster; none where it asks none. */
  readonly needs: readonly Right[];
  /** Returns the exit code, where it is not 0. */
  run(call: Call<A, O>): Promise<number | void>;
}

/** A row with the types of its own arguments and options. */
export function row<A extends readonly unknown[], O extends object>(command: CommandRow<A, O>): CommandRow {
  // Commander gives what the row's usage lines say: their types are the row's to know.
  return command;
}
