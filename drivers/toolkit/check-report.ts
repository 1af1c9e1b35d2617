import { errorDetails, type CheckReport } from '../contract/index.ts';

const REACHABLE = { status: 'True', reason: 'Reachable', message: 'the shop answers' } as const;

/** What a check that ended well says: `key` is what people call the credential of the platform. */
export const accepted = (key: string, shop: CheckReport['shop']): CheckReport => ({
  reachable: REACHABLE,
  credential: { status: 'True', reason: 'Accepted', message: `the shop accepts the ${key}` },
  ...(shop ? { shop } : {}),
});

/** What a check says that threw: a fault of the credential proves that the shop answers, no other says it. */
export function notAccepted(error: unknown): CheckReport {
  const { behaviour, reason, message, scope } = errorDetails(error);
  if (scope === 'credential') return { reachable: REACHABLE, credential: { status: 'False', reason, message } };
  return {
    reachable: { status: behaviour === 'waiting' ? 'Unknown' : 'False', reason, message },
    credential: { status: 'Unknown', reason: 'NotChecked', message: 'the shop must be reachable first' },
  };
}
