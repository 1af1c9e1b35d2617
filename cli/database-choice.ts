import type { KubeConfig } from '@kubernetes/client-node';
import { hasEmbedded } from '../hub/storage/embedded/index.ts';
import { findRunningUp } from './local/control.ts';
import type { KubeChoice } from '../kit/kube/kube-config.ts';
import { kubeConfig } from './find-target.ts';

/** Which hub's database a person means. */
export interface DatabaseChoice extends KubeChoice {
  readonly state: string;
  /** Whether the person named the folder. */
  readonly stateGiven: boolean;
  readonly systemNamespace?: string;
}

export type ChosenDatabase = { readonly kind: 'local' } | { readonly kind: 'cluster'; readonly config: KubeConfig };

/** What was named goes first; then the database that lies in the folder; then the cluster. */
export async function databaseOf(
  { state, stateGiven, systemNamespace, context, kubeconfig, as }: DatabaseChoice,
  env: NodeJS.ProcessEnv,
): Promise<ChosenDatabase> {
  const nothing = `${state} holds no database, and there is no kubeconfig: name the --state folder of "supercargo up", or set KUBECONFIG`;
  // Who names a kubeconfig, a context or a user means a cluster.
  if ([context, kubeconfig, as, systemNamespace].some((named) => named !== undefined))
    return { kind: 'cluster', config: kubeConfig({ context, kubeconfig, as }, nothing) };
  if (stateGiven || env['SUPERCARGO_DATABASE_URL'] || (await findRunningUp(state)) || (await hasEmbedded(state)))
    return { kind: 'local' };
  return { kind: 'cluster', config: kubeConfig({}, nothing) };
}
