import type { PodView } from '../kit/kube/builtin.ts';
import type { KubeObject } from '../kit/kube/objects.ts';
import type { PodPort } from '../kit/kube/pod-port.ts';

/** An Event as the core API shows it, whoever wrote it. */
export interface EventView {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly creationTimestamp?: string };
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly involvedObject?: { readonly kind?: string; readonly namespace?: string; readonly name?: string };
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string };
}

/** Which lines of a pod's log. */
export interface LogChoice {
  readonly namespace: string;
  readonly pod: string;
  /** The only one if absent. */
  readonly container?: string;
  readonly follow?: boolean;
  /** Of the container before this one. */
  readonly previous?: boolean;
  readonly sinceSeconds?: number;
  /** The last ones alone. */
  readonly tailLines?: number;
}

/** What only a cluster has, for commands that look closely or delete. */
export interface ClusterDoors {
  /** Exactly this one: never its successor of the same name. */
  remove(what: { kind: string; namespace?: string; name: string; uid?: string }): Promise<void>;
  /** Sets spec.mode to Production, if it is still the very object and the very spec that was looked at. */
  goLive(what: {
    kind: string;
    namespace?: string;
    name: string;
    uid: string | undefined;
    generation: number | undefined;
  }): Promise<void>;
  /**
   * About one object, newest first; with its uid not those of a former one of the name. Those about what has no
   * namespace are in "default".
   */
  events(about: { kind: string; namespace?: string; name: string; uid?: string }): Promise<EventView[]>;
  /** All of a namespace, or of the cluster. */
  eventsIn(namespace: string | undefined): Promise<EventView[]>;
  pods(namespace: string | undefined, selector: string): Promise<PodView[]>;
  deployments(namespace: string | undefined, selector: string): Promise<KubeObject[]>;
  /** Of Kubernetes. */
  version(): Promise<string>;
  /** What a pod answers at its port to a GET, through the API server. */
  podPage(at: PodPort, path: string): Promise<{ readonly status: number; readonly text: string }>;
  /** Line by line; with `follow` until the pod ends or the signal aborts. */
  logs(choice: LogChoice, signal?: AbortSignal): AsyncIterable<string>;
}

/** When it was last seen. */
export function seenAt({ series, lastTimestamp, eventTime, metadata }: EventView): string {
  return series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '';
}
