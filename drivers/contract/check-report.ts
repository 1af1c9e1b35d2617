export interface ConditionValue {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

export interface CheckReport {
  /** Is the store there, and is it the platform we think? */
  readonly reachable: ConditionValue;
  /** Is the credential accepted, with every permission that the given feeds need? */
  readonly credential: ConditionValue;
  /** Identity of the shop behind it: two connections of one shop are found by it. */
  readonly shop?: { readonly id: string; readonly name: string; readonly currency?: string };
  /** When the credential expires, if the platform says so. ISO 8601. */
  readonly expiresAt?: string;
}
