/** There is one roll-out of an operator. */
export const ROLLOUT_KEY = 'rollout';
