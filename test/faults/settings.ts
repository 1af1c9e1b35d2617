import type { ConnectionKey } from '../../crds/index.ts';

/** What the processes of a fault run agree on. */
export const CONNECTION: ConnectionKey = { kind: 'Connection', namespace: 'faults', name: 'shop' };
export const STORE = 'main';
export const API_KEY = 'sck_faults';
export const POD_TOKEN = 'pod-token-of-a-fault-run';

/** Of a part: given by its parent, as JSON in one variable. */
export interface HubSettings {
  /** Absent: the embedded one, in `dataDir`. */
  readonly databaseUrl?: string;
  readonly dataDir?: string;
  readonly port: number;
  readonly webhookUrl: string;
}

export interface PodSettings {
  readonly driver: 'vendure' | 'generic';
  readonly hubUrl: string;
  readonly storeUrl: string;
  readonly apiKey: string;
  /** What the Kubernetes API keeps on a cluster: resources and their status outlive the pod. */
  readonly stateFile: string;
}

export function settings<T>(): T {
  const text = process.env['FAULTS_SETTINGS'];
  if (!text) throw new Error('FAULTS_SETTINGS is missing: this file is started by test/faults');
  return JSON.parse(text) as T;
}
