import { describe, expect, it } from '@jest/globals';
import { credentialExpiry, withExpiry } from './credential-expiry.ts';

const now = new Date('2026-01-01T00:00:00Z');
const valid = { status: 'True', reason: 'Valid', message: 'accepted' } as const;

describe('the end of a credential', () => {
  it("is the earlier of its own and its refresh token's", () => {
    expect(credentialExpiry('2026-03-01T00:00:00Z', '2026-02-01T01:00:00.000+01:00')).toBe('2026-02-01T00:00:00Z');
    expect(credentialExpiry(undefined, undefined)).toBeUndefined();
  });

  it('is warned of two weeks ahead, while the credential is still valid', () => {
    expect(withExpiry(valid, '2026-01-15T00:00:00Z', now)).toMatchObject({
      status: 'True',
      reason: 'ExpiresSoon',
      message: expect.stringContaining('2026-01-15'),
    });
    expect(withExpiry(valid, '2026-01-15T00:00:01Z', now)).toBe(valid);
  });

  it('says nothing beside a credential that is refused', () => {
    const refused = { status: 'False', reason: 'CredentialRejected', message: '' } as const;
    expect(withExpiry(refused, '2026-01-02T00:00:00Z', now)).toBe(refused);
  });
});
