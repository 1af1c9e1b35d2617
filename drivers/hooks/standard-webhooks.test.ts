import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type { InboundHook } from '../contract/index.ts';
import { derivedSecret, verifyStandardWebhook } from './standard-webhooks.ts';

const secret = derivedSecret('an API key', 'vendure');
const sentAt = new Date('2026-01-01T00:00:00Z');
const body = '{"orders":["1"]}';

/** As the specification's own library signs. */
function hook(changes: Partial<InboundHook> & { readonly headers?: Record<string, string> } = {}): InboundHook {
  return {
    body: Buffer.from(body),
    receivedAt: sentAt,
    ...changes,
    headers: {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(sentAt.getTime() / 1000),
      'webhook-signature': new Webhook(secret).sign('msg_1', sentAt, body),
      ...changes.headers,
    },
  };
}

const verdict = (changed: InboundHook) => {
  const found = verifyStandardWebhook(secret, changed);
  return found.valid || found.reason;
};

describe('a webhook by the Standard Webhooks specification', () => {
  it("is taken when the specification's own library signed it", () => {
    expect(verdict(hook())).toBe(true);
  });

  it('is taken when one of several signatures fits, as while a secret is rotated', () => {
    expect(
      verdict(
        hook({
          headers: {
            'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')} ${hook().headers['webhook-signature']}`,
          },
        }),
      ),
    ).toBe(true);
  });

  it.each<[string, InboundHook, string]>([
    ['another body', hook({ body: Buffer.from('{"orders":["2"]}') }), 'SignatureInvalid'],
    ['another id', hook({ headers: { 'webhook-id': 'msg_2' } }), 'SignatureInvalid'],
    [
      'another secret',
      hook({
        headers: { 'webhook-signature': new Webhook(derivedSecret('another', 'vendure')).sign('msg_1', sentAt, body) },
      }),
      'SignatureInvalid',
    ],
    [
      'another version of signature',
      hook({ headers: { 'webhook-signature': hook().headers['webhook-signature']!.replace('v1,', 'v1a,') } }),
      'SignatureInvalid',
    ],
    ['no signature', hook({ headers: { 'webhook-signature': '' } }), 'SignatureInvalid'],
    ['rubbish for a signature', hook({ headers: { 'webhook-signature': 'v1,%%%' } }), 'SignatureInvalid'],
    ['a time-stamp of six minutes ago', hook({ receivedAt: new Date(sentAt.getTime() + 360_000) }), 'TooOld'],
    ['a time-stamp of six minutes ahead', hook({ receivedAt: new Date(sentAt.getTime() - 360_000) }), 'TooOld'],
    ['a time-stamp that is none', hook({ headers: { 'webhook-timestamp': 'soon' } }), 'TooOld'],
  ])('is refused for %s', (_what, changed, reason) => {
    expect(verdict(changed)).toBe(reason);
  });
});
