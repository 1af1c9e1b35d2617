import { createHash } from 'node:crypto';
import { connectionOfServiceAccount, HUB_AUDIENCE } from '../../crds/index.ts';
import type { Clock } from '../../kit/clock.ts';
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

/** Asks the API server whose projected token it is. Tokens are remembered by digest, never as they are. */
export function tokenReviewAuthenticator(options: TokenReviewOptions): Authenticator {
  const known = new Map<string, { readonly identity: Identity | undefined; readonly until: number }>();
  return {
    async identify(token) {
      const digest = createHash('sha256').update(token).digest('base64');
      const now = options.clock.now().getTime();
      const cached = known.get(digest);
      if (cached && cached.until > now) return cached.identity;
      const identity = identityOf(await review(options.client, token), options.operator);
      if (known.size >= CACHE_SIZE) known.clear();
      known.set(digest, { identity, until: now + CACHE_MS });
      return identity;
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
