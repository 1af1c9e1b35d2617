import { z } from 'zod';
import type { App } from './app.ts';
import { badRequest } from '../base/errors.ts';

/** As much of a name is given back as tells which it was. */
const SHOWN = 40;

/**
 * Refuses a parameter that the route does not have. Passed over, a misspelt cursor reads a list from its beginning for
 * ever, and a misspelt filter gives everything.
 */
export function refuseUnknownParameters(app: App): void {
  app.addHook('preValidation', async ({ query, routeOptions: { method, url, schema } }) => {
    const known = schema?.querystring instanceof z.ZodObject ? Object.keys(schema.querystring.shape) : [];
    const stray = Object.keys(query as object).find((name) => !known.includes(name));
    if (stray === undefined) return;
    const has = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
    const shown = JSON.stringify(stray.length > SHOWN ? `${stray.slice(0, SHOWN)}…` : stray);
    throw badRequest('InvalidRequest', `querystring: ${String(method)} ${url} has no parameter ${shown}: ${has}`);
  });
}
