import type { SyncPodTemplate } from '../pod-template.ts';
import type { ChildrenInput } from './children-input.ts';

const TRUST_DIR = '/etc/supercargo/trust';
const PROXY_DIR = '/etc/supercargo/proxy';

/** Files of a pod that say whom it trusts and how it is let through the proxy. */
interface Mounted {
  readonly volume: { readonly name: string } & Readonly<Record<string, unknown>>;
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

function mounted({ trust, proxy }: SyncPodTemplate): Mounted[] {
  const all: Mounted[] = [];
  const items = [{ key: trust.key, path: 'ca.crt' }];
  // Not optional: without it every shop behind that CA would look like an impostor.
  const source = trust.configMap
    ? { configMap: { name: trust.configMap, items } }
    : trust.secret && { secret: { secretName: trust.secret, items } };
  if (source)
    all.push({
      volume: { name: 'trust', ...source },
      directory: TRUST_DIR,
      env: { NODE_EXTRA_CA_CERTS: `${TRUST_DIR}/ca.crt` },
    });
  if (proxy.loginSecret)
    all.push({
      volume: { name: 'proxy', secret: { secretName: proxy.loginSecret } },
      directory: PROXY_DIR,
      env: { SUPERCARGO_PROXY_LOGIN_DIR: PROXY_DIR },
    });
  return all;
}

/** What a pod needs to leave the cluster: the owner's CA certificates, and a login at the proxy. */
export function outgoing({ pod: { template } }: ChildrenInput): {
  readonly volumes: readonly object[];
  readonly mounts: readonly object[];
  readonly env: Readonly<Record<string, string>>;
} {
  const all = mounted(template);
  return {
    volumes: all.map(({ volume }) => volume),
    mounts: all.map(({ volume, directory }) => ({ name: volume.name, mountPath: directory, readOnly: true })),
    env: Object.assign({}, ...all.map(({ env }) => env)) as Record<string, string>,
  };
}
