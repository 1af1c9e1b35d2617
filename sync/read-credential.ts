import { hostRuleText } from '../drivers/contract/index.ts';
import { beyondKeyHosts } from '../model/hosts.ts';
import { parseCredential, type CredentialOutcome } from './credential.ts';
import type { AnyConnection, EngineOptions } from './options.ts';

/** The Secret of a connection; not even read where the Connection leads to a host that its keys may not go to. */
export async function readCredential(
  { spec, metadata }: AnyConnection,
  { definition, credential: { secretName, keys, hosts }, readSecret }: EngineOptions,
): Promise<CredentialOutcome> {
  const beyond = beyondKeyHosts(definition.manifest.hosts.map(hostRuleText), spec.settings ?? {}, hosts);
  if (beyond)
    return {
      ...{ ok: false, digest: '' },
      reason: 'HostNotAllowed',
      message: `the Secret was not read: spec.settings.${beyond.setting} leads to ${beyond.host}, where spec.hosts of Credential "${spec.credentialRef.name}" does not let its keys go. Mend the address, or add the host there`,
    };
  return parseCredential(await readSecret(), definition.credential, secretName, keys, metadata.uid ?? metadata.name);
}
