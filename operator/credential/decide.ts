import { credentialKind, validateResource, type CredentialResource } from '../../crds/index.ts';
import { findCondition, type Condition, type Settlement } from '../../kit/conditions.ts';
import { connectionKey, describeConnection, inUse, type AnyConnection } from '../resources.ts';

/** What is said about a credential: the sum of what the pods that mount it found. */
export interface CredentialDecision {
  readonly settlement: Settlement;
  readonly fields: {
    readonly connections: number;
    readonly valid: number;
    readonly lastCheckedAt?: string;
    readonly expiresAt?: string;
  };
}

/** Pure. */
export function decideCredential(credential: CredentialResource, users: readonly AnyConnection[]): CredentialDecision {
  const active = users.filter(
    ({ spec, metadata }) => spec.enabled !== false && metadata.deletionTimestamp === undefined,
  );
  const verdicts = active
    .map((connection) => ({ connection, verdict: currentVerdict(connection) }))
    .sort((a, b) => a.connection.metadata.name.localeCompare(b.connection.metadata.name));
  const lastCheckedAt = users
    .flatMap(({ status }) => status?.lastCheckedAt ?? [])
    .sort()
    .at(-1);
  const expiresAt = users.flatMap(({ status }) => status?.credentialExpiresAt ?? []).sort()[0];
  return {
    settlement: settle(credential, verdicts),
    fields: {
      connections: inUse(users),
      valid: verdicts.filter(({ verdict }) => verdict?.status === 'True').length,
      ...(lastCheckedAt ? { lastCheckedAt } : {}),
      ...(expiresAt ? { expiresAt } : {}),
    },
  };
}

interface Verdict {
  readonly connection: AnyConnection;
  readonly verdict: Condition | undefined;
}

function settle(credential: CredentialResource, verdicts: readonly Verdict[]): Settlement {
  const [violation] = validateResource(credentialKind, credential);
  if (violation)
    return {
      state: 'Stalled',
      finding: { reason: 'InvalidSpec', message: `${violation.field}: ${violation.message}` },
    };
  if (verdicts.length === 0)
    return {
      state: 'Ready',
      finding: { reason: 'Unused', message: 'no active connection uses it: nobody has tried it' },
    };
  const refused = verdicts.find(({ verdict }) => verdict?.status === 'False');
  if (refused?.verdict)
    return {
      state: 'Stalled',
      finding: {
        reason: refused.verdict.reason,
        message: `${describeConnection(connectionKey(refused.connection))}: ${refused.verdict.message}`,
      },
    };
  const open = verdicts.find(({ verdict }) => verdict?.status !== 'True');
  if (open) return { state: 'Reconciling', finding: { reason: 'Checking', message: openMessage(open) } };
  return {
    state: 'Ready',
    finding: {
      reason: 'Valid',
      message: `the store accepts it: ${verdicts.length} ${verdicts.length === 1 ? 'connection uses' : 'connections use'} it`,
    },
  };
}

/** A pod that cannot reach the store says so itself: it has tried. */
function openMessage({ connection, verdict }: Verdict): string {
  const who = describeConnection(connectionKey(connection));
  return verdict?.message ? `${who} cannot check it: ${verdict.message}` : `${who} has not checked it yet`;
}

function currentVerdict({ status, metadata }: AnyConnection): Condition | undefined {
  const condition = findCondition(status?.conditions, 'CredentialValid');
  return (condition?.observedGeneration ?? Infinity) < (metadata.generation ?? 0) ? undefined : condition;
}
