import type { FastifyReply } from 'fastify';

/**
 * Aborts once the answer is sent or its caller is gone. The reason is a word, since every request would pay for the
 * stack of an error.
 */
export function whenGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort('gone'));
  return gone.signal;
}
