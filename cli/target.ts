import { KINDS } from '../crds/index.ts';
import type { ClusterDoors } from './cluster-doors.ts';
import { UsageError } from './exit-code.ts';
import type { Viewed } from './status-view.ts';

export interface Named {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** Which Store a command asks about. */
export interface StoreOptions {
  readonly namespace?: string;
  readonly store?: string;
}

/** A field of a spec that a command turns on and off: of a Connection, of a Feed. */
export type Switch = 'enabled' | 'suspend';

/** Where commands go: a cluster, or a running `up`. */
export interface Target {
  readonly description: string;
  /** Where a command looks without -n: the namespace of the context. None is all, as in a local `up`. */
  readonly home: string | undefined;
  list(kind: string, namespace: string | undefined, selector: string | undefined): Promise<Viewed[]>;
  annotate(what: Named, annotations: Record<string, string>): Promise<void>;
  setSwitch(what: Named, field: Switch, value: boolean): Promise<void>;
  /** What only a cluster has; undefined at a running `up`. */
  readonly cluster?: ClusterDoors;
  /** Hub and developer API key of a Store, for commands that ask the hub. */
  hub(of: StoreOptions): Promise<{ readonly url: string; readonly key: string }>;
  close(): Promise<void>;
}

/** "connections", "connection", "sccon", "Connection" -> "Connection". */
export function kindOf(word: string): string {
  const lower = word.toLowerCase();
  const found = KINDS.find(({ kind, plural, singular, shortNames }) =>
    [kind.toLowerCase(), plural, singular, ...shortNames].includes(lower),
  );
  if (!found)
    throw new UsageError(`"${word}" is not a kind: use one of ${KINDS.map(({ plural }) => plural).join(', ')}`);
  return found.kind;
}
