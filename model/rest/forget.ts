import { z } from 'zod';

/** What POST /forget has done. It names no person. */
export const forgetAnswer = z.object({
  forgotten: z.array(z.string()).meta({ description: 'Numbers of the orders that have no person any more.' }),
  open: z
    .array(z.string())
    .meta({ description: 'Numbers of open orders, which were left as they are: ask again once they are closed.' }),
});
