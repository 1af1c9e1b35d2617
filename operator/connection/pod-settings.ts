import type { OperatorConfig } from '../env.ts';
import { readHubCa } from '../hub-ca.ts';
import type { PodSettings } from './children-input.ts';

/** What this installation says about sync pods, as it is now: the hub's CA may change while the operator runs. */
export async function podSettings(config: OperatorConfig): Promise<PodSettings> {
  return {
    installation: config.installation,
    shardKeys: config.shardKeys,
    image: config.syncImage,
    imagePullPolicy: config.imagePullPolicy,
    hubUrl: config.hubUrl,
    hubCa: await readHubCa(config.hubCaFile),
    hubNamespace: config.namespace,
    apiServerPorts: config.apiServerPorts,
    privateNetworks: config.privateNetworks,
    allowPlainHttp: config.allowPlainHttp,
    template: config.syncPods,
    apiServerHost: config.apiServerHost,
  };
}
