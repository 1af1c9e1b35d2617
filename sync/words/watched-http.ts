import type { ShopHttp, ShopRequest } from '../../drivers/contract/index.ts';
import type { Secrets } from './secrets.ts';

/** A field of JSON that says by its name that a secret stands in it. Not every token is one: pages have them, too. */
const SECRET = /"[\w-]*(?:secret|passw|access_?token|refresh_?token)[\w-]*"\s*:\s*("(?:[^"\\]|\\.){6,512}")/gi;

/**
 * Calls whose secrets are known to be such before they go out: a driver makes some itself, as the one that a shop signs
 * its webhooks with, and the shop may give them back in any answer.
 */
export function watchedHttp(http: ShopHttp, secrets: Secrets): ShopHttp {
  const look = (request: ShopRequest): ShopRequest => {
    if (typeof request.body === 'string')
      for (const [, text] of request.body.matchAll(SECRET)) secrets.addPassing(textOf(text!));
    return request;
  };
  return {
    read: (request) => http.read(look(request)),
    write: (request) => http.write(look(request)),
    observe: (reading) => http.observe(reading),
  };
}

function textOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json.slice(1, -1);
  }
}
