import { describe, expect, it } from '@jest/globals';
import type { Clock } from '../../kit/clock.ts';
import type { KubeClient } from '../../kit/kube/client.ts';
import { tokenReviewAuthenticator } from './token-review.ts';

const START = Date.parse('2026-11-26T10:00:00Z');
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A projected token as a kubelet gives it; `id` makes it another one. */
function token(id: string, claims: Record<string, unknown> = {}): string {
  const payload = {
    iss: 'https://kubernetes.default.svc',
    sub: 'system:serviceaccount:acme:sync-shop',
    aud: ['supercargo-hub'],
    exp: START / 1000 + 3600,
    jti: id,
    ...claims,
  };
  return `${part({ alg: 'RS256', kid: 'k' })}.${part(payload)}.${Buffer.from(`signature-${id}`).toString('base64url')}`;
}

function world(good: (token: string) => boolean = () => true) {
  const asked: string[] = [];
  let now = START;
  const client = {
    create: async (_type: unknown, object: { spec: { token: string } }) => {
      asked.push(object.spec.token);
      await new Promise((resolve) => setImmediate(resolve));
      return good(object.spec.token)
        ? {
            status: {
              authenticated: true,
              audiences: ['supercargo-hub'],
              user: { username: 'system:serviceaccount:acme:sync-shop' },
            },
          }
        : { status: { authenticated: false } };
    },
  } as unknown as KubeClient;
  const clock: Clock = { now: () => new Date(now), sleep: async () => undefined };
  const authenticator = tokenReviewAuthenticator({ client, clock, operator: 'system/operator' });
  return { asked, authenticator, pass: (ms: number) => (now += ms) };
}

const SYNC = { role: 'sync', connection: { kind: 'Connection', namespace: 'acme', name: 'shop' } };

describe('the API server', () => {
  it('is asked about nothing that cannot be a token of a pod for this hub', async () => {
    const { asked, authenticator } = world();
    const others = [
      'guess',
      'a.b.c',
      `${part({})}.${part('text')}.x`,
      `${part({})}.${part(null)}.x`,
      'sck_3f0c',
      token('x', { aud: ['another'] }),
      token('x', { aud: undefined }),
      token('x', { exp: START / 1000 - 120 }),
      token('x', { exp: 'never' }),
      token('x', { sub: 'system:node:a' }),
      token('x', { sub: 'system:serviceaccount:acme:default' }),
      `${token('x')}.more`,
      token('x'.repeat(20_000)),
    ];
    for (const one of others)
      expect([one.slice(0, 20), await authenticator.identify(one)]).toEqual([one.slice(0, 20), undefined]);
    expect(asked).toEqual([]);
    expect(await authenticator.identify(token('a'))).toEqual(SYNC);
    expect(await authenticator.identify(token('a', { aud: 'supercargo-hub' }))).toEqual(SYNC);
    expect(await authenticator.identify(token('a', { sub: 'system:serviceaccount:system:operator' }))).toEqual(SYNC);
    expect(asked).toHaveLength(3);
  });

  it('is asked once about a token however many requests bear it at once, and again after half a minute', async () => {
    const { asked, authenticator, pass } = world();
    const answers = await Promise.all(Array.from({ length: 500 }, () => authenticator.identify(token('a'))));
    expect(answers.every((answer) => answer?.role === 'sync')).toBe(true);
    expect(asked).toHaveLength(1);
    pass(29_000);
    await authenticator.identify(token('a'));
    expect(asked).toHaveLength(1);
    pass(2000);
    await authenticator.identify(token('a'));
    expect(asked).toHaveLength(2);
  });

  it('is asked so often in a second about tokens that were never good, and then not: the hub says that it cannot tell', async () => {
    const { asked, authenticator, pass } = world((given) => given === token('good'));
    expect(await authenticator.identify(token('good'))).toEqual(SYNC);
    const before = asked.length;
    const forged = await Promise.allSettled(
      Array.from({ length: 1000 }, (_, index) => authenticator.identify(token(`forged-${index}`))),
    );
    expect(asked.length - before).toBeLessThanOrEqual(100);
    const refused = forged.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
    expect(refused.reason).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    // Whose token was good is known, and asked about again, whatever others send.
    expect(await authenticator.identify(token('good'))).toEqual(SYNC);
    pass(31_000);
    await Promise.allSettled(
      Array.from({ length: 1000 }, (_, index) => authenticator.identify(token(`more-${index}`))),
    );
    expect(await authenticator.identify(token('good'))).toEqual(SYNC);
  });

  it('that fails is asked again: an error is not remembered', async () => {
    let fails = true;
    const { authenticator } = world(() => {
      if (fails) throw new Error('no answer');
      return true;
    });
    await expect(authenticator.identify(token('a'))).rejects.toThrow('no answer');
    fails = false;
    expect(await authenticator.identify(token('a'))).toEqual(SYNC);
  });
});
