import { createHash } from 'node:crypto';
import { connectionOfServiceAccount, HUB_AUDIENCE } from '../../crds/index.ts';
import type { Clock } from '../../kit/clock.ts';
import { Recent } from '../../kit/recent.ts';
import { Tokens, type Rate } from '../../kit/tokens.ts';
import { HttpError } from '../base/errors.ts';
import { isForThisHub } from './token-shape.ts';
import type { KubeClient } from '../../kit/kube/client.ts';
import type { KubeObject, ResourceType } from '../../kit/kube/objects.ts';
import type { Authenticator, Identity } from './identity.ts';

const TOKEN_REVIEWS: ResourceType = {
  apiVersion: 'authentication.k8s.io/v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  namespaced: false,
};
/** A deleted pod's token works at most this much longer. */
const CACHE_MS = 30_000;
const CACHE_SIZE = 10_000;
/** What was no token is remembered apart, so that inventing some makes nobody be forgotten. */
const REFUSED_SIZE = 1000;
/** Whose token was good so lately is asked about again whatever others send. */
const TRUSTED_MS = 24 * 3_600_000;
/** Questions about tokens that were never good. */
const STRANGERS: Rate = { perSecond: 50, burst: 100 };

interface TokenReview extends KubeObject {
  readonly status?: {
    readonly authenticated?: boolean;
    readonly user?: { readonly username?: string };
    readonly audiences?: readonly string[];
  };
}

export interface TokenReviewOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** ServiceAccount of the operator, "namespace/name". */
  readonly operator: string;
}

interface Known {
  readonly identity: Identity | undefined;
  readonly until: number;
}

/** Asks the API server whose projected token it is. Tokens are remembered by digest, never as they are. */
export function tokenReviewAuthenticator(options: TokenReviewOptions): Authenticator {
  const good = new Recent<Known>(CACHE_SIZE);
  const refused = new Recent<Known>(REFUSED_SIZE);
  const underWay = new Map<string, Promise<Identity | undefined>>();
  const strangers = new Tokens(STRANGERS);

  async function ask(token: string, digest: string, now: number): Promise<Identity | undefined> {
    const wasGood = (good.get(digest)?.until ?? 0) + TRUSTED_MS > now;
    const waitMs = wasGood ? 0 : strangers.take('all', now);
    if (waitMs > 0)
      throw new HttpError(503, 'Busy', 'too many unknown tokens come in to ask about this one: repeat it in a second', {
        'retry-after': '1',
      });
    const identity = identityOf(await review(options.client, token), options.operator);
    (identity ? good : refused).set(digest, { identity, until: now + CACHE_MS });
    if (!identity) good.delete(digest);
    return identity;
  }

  return {
    async identify(token) {
      const now = options.clock.now().getTime();
      if (!isForThisHub(token, options.operator, now)) return undefined;
      const digest = createHash('sha256').update(token).digest('base64');
      const known = good.get(digest) ?? refused.get(digest);
      if (known && known.until > now) return known.identity;
      let asking = underWay.get(digest);
      if (!asking) {
        asking = ask(token, digest, now).finally(() => underWay.delete(digest));
        underWay.set(digest, asking);
      }
      return asking;
    },
  };
}

async function review(client: KubeClient, token: string): Promise<string | undefined> {
  const spec = { token, audiences: [HUB_AUDIENCE] };
  const answer = await client.create<TokenReview>(TOKEN_REVIEWS, {
    apiVersion: TOKEN_REVIEWS.apiVersion,
    kind: 'TokenReview',
    metadata: { name: '' },
    spec,
  });
  const { authenticated, audiences, user } = answer.status ?? {};
  return authenticated && audiences?.includes(HUB_AUDIENCE) ? user?.username : undefined;
}

function identityOf(username: string | undefined, operator: string): Identity | undefined {
  const [, namespace, account] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(username ?? '') ?? [];
  if (namespace === undefined || account === undefined) return undefined;
  if (`${namespace}/${account}` === operator) return { role: 'operator' };
  const connection = connectionOfServiceAccount(namespace, account);
  return connection && { role: 'sync', connection };
}
