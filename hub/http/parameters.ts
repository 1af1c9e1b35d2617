import { z } from 'zod';
import type { App } from './app.ts';
import { badRequest } from '../base/errors.ts';

/** As much of a name is given back as tells which it was. */
const SHOWN = 40;

/**
 * Refuses a parameter that the route does not have, or that is given twice. Passed over, a misspelt cursor reads a list
 * from its beginning for ever, and a misspelt filter gives everything.
 */
export function refuseUnknownParameters(app: App): void {
  app.addHook('preValidation', async ({ query, routeOptions: { method, url, schema } }) => {
    const known = schema?.querystring instanceof z.ZodObject ? Object.keys(schema.querystring.shape) : [];
    const given = query as Readonly<Record<string, unknown>>;
    const route = `querystring: ${String(method)} ${url}`;
    const twice = known.find((name) => Array.isArray(given[name]));
    if (twice !== undefined)
      throw badRequest('InvalidRequest', `${route} takes ${twice} once: it is there several times`);
    const stray = Object.keys(given).find((name) => !known.includes(name));
    if (stray === undefined) return;
    const has = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
    const shown = JSON.stringify(stray.length > SHOWN ? `${stray.slice(0, SHOWN)}…` : stray);
    throw badRequest('InvalidRequest', `${route} has no parameter ${shown}: ${has}`);
  });
}
