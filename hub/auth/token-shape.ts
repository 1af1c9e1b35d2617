import { connectionOfServiceAccount, HUB_AUDIENCE } from '../../crds/index.ts';

const MAX_LENGTH = 16_384;
/** Clocks differ. */
const SKEW_S = 60;

/**
 * Whether a token can be one of a pod or the operator for this hub, by what it says of itself. It proves nothing; it
 * spares the API server the question about what anybody makes up.
 */
export function isForThisHub(token: string, operator: string, nowMs: number): boolean {
  const [, payload, ...rest] = token.length > MAX_LENGTH ? [] : token.split('.');
  if (payload === undefined || rest.length !== 1) return false;
  const { aud, exp, sub } = claimsOf(payload);
  const [, namespace, account] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(String(sub)) ?? [];
  if (namespace === undefined || account === undefined) return false;
  return (
    [aud].flat().includes(HUB_AUDIENCE) &&
    typeof exp === 'number' &&
    exp + SKEW_S > nowMs / 1000 &&
    (`${namespace}/${account}` === operator || connectionOfServiceAccount(namespace, account) !== undefined)
  );
}

function claimsOf(payload: string): Readonly<Record<string, unknown>> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
