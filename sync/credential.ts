import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { ConditionValue } from '../kit/conditions.ts';
import type { SecretFiles } from '../kit/kube/secret-files.ts';

export type CredentialOutcome =
  | {
      readonly ok: true;
      readonly value: unknown;
      readonly digest: string;
      /** Key of the Secret whose value looks as if it had been encoded once too often. */
      readonly looksEncoded?: string;
    }
  | { readonly ok: false; readonly reason: string; readonly message: string; readonly digest: string };

/**
 * The driver's credential out of the Secret's keys. `keys` renames: name the driver knows -> key of the Secret. The
 * digest is for the pod alone: whoever sees it can try passwords against it. A status shows a ShownDigest. Pure.
 */
export function parseCredential(
  files: SecretFiles,
  schema: z.ZodType,
  secretName: string,
  keys: Readonly<Record<string, string>>,
  uid: string,
): CredentialOutcome {
  const digest = createHmac('sha256', uid)
    .update(JSON.stringify(Object.entries(files).sort()))
    .digest('hex')
    .slice(0, 32);
  if (Object.keys(files).length === 0) {
    return {
      ok: false,
      digest,
      reason: 'SecretMissing',
      message: `Secret "${secretName}" does not exist or is empty: create it (with "up": in the folder of manifests), the pod sees it within a minute or two`,
    };
  }
  const renamed: Record<string, string> = { ...files };
  for (const [known, key] of Object.entries(keys)) {
    if (files[key] !== undefined) renamed[known] = files[key];
    else delete renamed[known];
  }
  const parsed = schema.safeParse(renamed);
  if (parsed.success) {
    // Of those that the driver asks for: others of the Secret are nobody's business.
    const encoded = Object.keys(parsed.data ?? {}).find((known) => isEncodedText(renamed[known] ?? ''));
    const looksEncoded = encoded && (keys[encoded] ?? encoded);
    return { ok: true, value: parsed.data, digest, ...(looksEncoded === undefined ? {} : { looksEncoded }) };
  }
  const [issue] = parsed.error.issues;
  const key = String(issue?.path[0] ?? '');
  const secretKey = keys[key] ?? key;
  if (renamed[key] === undefined) {
    return {
      ok: false,
      digest,
      reason: 'SecretKeyMissing',
      message: `Secret "${secretName}" lacks the key "${secretKey}": add it, or say in spec.keys of the Credential which key of the Secret it is`,
    };
  }
  return {
    ok: false,
    digest,
    reason: 'SecretKeyInvalid',
    message: `key "${secretKey}" of Secret "${secretName}" cannot be used: ${issue?.message ?? 'not as expected'}`,
  };
}

/** Base64 of readable text: what `data` of a Secret holds is encoded already, `stringData` is not. */
function isEncodedText(value: string): boolean {
  const text = value.trim();
  if (text.length < 8 || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return false;
  return /^[\x20-\x7e]+\n?$/.test(Buffer.from(text, 'base64').toString('latin1'));
}

/** What the shop said of a key, and what may be wrong with it in truth. Nothing of the value. */
export function withEncoding(said: ConditionValue, credential: CredentialOutcome): ConditionValue {
  if (said.status !== 'False' || !credential.ok || credential.looksEncoded === undefined) return said;
  const hint = `The value of "${credential.looksEncoded}" in the Secret looks base64-encoded twice: under data it is encoded once, under stringData not at all`;
  return { ...said, message: `${said.message}. ${hint}` };
}
