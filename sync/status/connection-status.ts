import type { ConnectionStatus } from '../../crds/index.ts';
import type { CheckReport } from '../../drivers/contract/index.ts';
import { mergeConditions, timestamp, type ConditionValue } from '../../kit/conditions.ts';
import type { BudgetView } from '../budget/budget.ts';
import type { HooksView } from '../hints/subscription.ts';
import { budgetStatus, throttled } from './budget-status.ts';
import { credentialExpiry, withExpiry } from './credential-expiry.ts';
import { stripUndefined } from './feed-status.ts';

/** What the loop knows of feeds that the connection's own conditions sum up. */
export interface FeedsView {
  readonly synced: ConditionValue;
  readonly fresh: ConditionValue;
  readonly handledSyncRequest: string | undefined;
  readonly changedRunsDone: boolean;
}

/** What the gate found out. */
export interface GateFacts {
  readonly credential: ConditionValue | undefined;
  readonly reachable: ConditionValue | undefined;
  readonly report: CheckReport | undefined;
  readonly hooks: HooksView | undefined;
  readonly budget: BudgetView | undefined;
  /** Of the tokens that the platform rotates. */
  readonly refreshExpiresAt: string | undefined;
  readonly skewMs: number | undefined;
  readonly checkedAt: Date | undefined;
  readonly handledTest: string | undefined;
  /** Digest of credential and settings in force. */
  readonly digest: string | undefined;
}

const UNKNOWN: ConditionValue = { status: 'Unknown', reason: 'NotChecked', message: 'not checked yet' };
/** Skew below this is measurement noise and not worth a write. */
const SHOWN_SKEW_SECONDS = 5;

/** The part of a connection's status that its pod owns. Pure. */
export function connectionStatus(
  facts: GateFacts,
  view: FeedsView,
  before: Partial<ConnectionStatus> | undefined,
  at: { readonly now: Date; readonly generation: number | undefined },
): Partial<ConnectionStatus> {
  const expiresAt = credentialExpiry(facts.report?.expiresAt, facts.refreshExpiresAt);
  const findings = {
    CredentialValid: withExpiry(facts.credential ?? UNKNOWN, expiresAt, at.now),
    Reachable: facts.reachable ?? UNKNOWN,
    Synced: view.synced,
    Fresh: view.fresh,
    ...throttled(facts.budget, before?.conditions, at.now),
  };
  return stripUndefined({
    conditions: mergeConditions(before?.conditions, findings, at),
    shop: facts.report?.shop ?? before?.shop,
    clockSkewSeconds: shownSkew(facts.skewMs),
    credentialExpiresAt: expiresAt,
    budget: budgetStatus(facts.budget, at.now),
    hooks: facts.hooks && {
      state: facts.hooks.state,
      topics: facts.hooks.topics && [...facts.hooks.topics],
      message: facts.hooks.message,
    },
    lastCheckedAt: facts.checkedAt ? timestamp(facts.checkedAt) : before?.lastCheckedAt,
    ...handled(facts, view, before),
  });
}

/** What was asked and has been carried out: kept from before until it is another. */
function handled(
  facts: GateFacts,
  view: FeedsView,
  before: Partial<ConnectionStatus> | undefined,
): Partial<ConnectionStatus> {
  return {
    lastHandledTestRequest: facts.handledTest ?? before?.lastHandledTestRequest,
    lastHandledSyncRequest: view.handledSyncRequest ?? before?.lastHandledSyncRequest,
    syncedCredentialHash: (view.changedRunsDone ? facts.digest : undefined) ?? before?.syncedCredentialHash,
  };
}

function shownSkew(skewMs: number | undefined): number | undefined {
  const seconds = Math.round((skewMs ?? 0) / 1000);
  return Math.abs(seconds) >= SHOWN_SKEW_SECONDS ? seconds : undefined;
}
