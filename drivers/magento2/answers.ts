import { z } from 'zod';
import { DriverError, retry, terminal, waiting, type ShopResponse } from '../contract/index.ts';
import type { Need } from './needs.ts';

const problem = z.looseObject({ message: z.string().default(''), parameters: z.unknown().optional() });
const ASK_AGAIN_MS = 30_000;
const MAINTENANCE_MS = 60_000;
const LONGEST = 240;

/** A failure inside Magento that one row of the list may have caused. */
export class RowFailed extends DriverError {}

/** The shop allows no pages that large. */
export class PageTooLarge extends DriverError {
  readonly most: number;

  constructor(most: number) {
    const message = `the shop gives ${most} rows at once at most`;
    super({ behaviour: 'retry', reason: 'UnexpectedPayload', message });
    this.most = most;
  }
}

/** A write that the shop looked at and did not do, as a whole. */
export class NotWritten extends DriverError {
  /** In the shop's words, short. */
  readonly words: string;

  constructor(need: Need, words: string) {
    super({ behaviour: 'terminal', reason: 'StoreRefused', message: `the shop refuses to ${need.what}: ${words}` });
    this.words = words;
  }
}

/** What came back: refused is a 401, whatever it means. */
export type Answer =
  | { readonly kind: 'found'; readonly json: unknown }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly words: string };

/** Throws what is no answer of this API, or a failure. */
export async function answerOf(response: ShopResponse, need: Need): Promise<Answer> {
  const { status, headers } = response;
  const isJson = (headers['content-type'] ?? '').includes('json');
  throwTransport(status, headers, isJson);
  if (status >= 500) throw await failed(response, isJson);
  if (!isJson) throw noApi(status, need);
  const json = await response.json();
  if (status < 300) return { kind: 'found', json };
  const words = wordsOf(json);
  if (status === 401) return { kind: 'refused', words };
  if (/store that was requested wasn't found/i.test(words))
    throw terminal('WrongUrl', 'the shop has no store view of that code: check settings.storeCode');
  if (status === 404) return { kind: 'missing' };
  if (status === 403)
    throw terminal('AccessDenied', `the shop refuses to ${need.what} (HTTP 403): let this cluster through`);
  const most = /Maximum SearchCriteria pageSize is (\d+)/.exec(words)?.[1];
  if (most !== undefined) throw new PageTooLarge(Number(most));
  throw new NotWritten(need, words);
}

function throwTransport(status: number, headers: Readonly<Record<string, string>>, isJson: boolean): void {
  const after = Number(headers['retry-after'] ?? 0) * 1000;
  if (status === 429) throw waiting('RateLimited', 'the shop asks to wait', after || ASK_AGAIN_MS);
  if (status === 503 && !isJson && headers['retry-after'] !== undefined)
    throw waiting('StoreUnavailable', 'the shop is in maintenance', after || MAINTENANCE_MS);
  if (status >= 300 && status < 400)
    throw terminal(
      'WrongUrl',
      `the address leads somewhere else (HTTP ${status}): enter the final one as settings.url`,
    );
}

/** With a report id it may be one row's fault; all else is the shop's. */
async function failed(response: ShopResponse, isJson: boolean): Promise<DriverError> {
  const { status } = response;
  const words = isJson ? wordsOf(await response.json()) : '';
  if (status === 500 && /Report ID: webapi-/.test(words))
    return new RowFailed({
      ...{ behaviour: 'retry', reason: 'StoreUnavailable' },
      message: `the shop failed inside (${words.slice(0, 120)}): see that report in var/log of Magento`,
    });
  return retry(
    'StoreUnavailable',
    status === 503
      ? 'the shop cannot answer at the moment (HTTP 503): it may be in maintenance'
      : `the shop cannot answer at the moment (HTTP ${status})`,
  );
}

function noApi(status: number, { what }: Need): DriverError {
  if (status === 401 || status === 403)
    return terminal(
      'AccessDenied',
      `something before the shop refuses to ${what} (HTTP ${status}): let this cluster through to /rest`,
    );
  if (status >= 400)
    return terminal('WrongUrl', `there is no Magento API at the address (HTTP ${status}): check settings.url`);
  return retry('NotAnApi', 'the shop answers with a web page: it may be in maintenance, else check settings.url');
}

/** The shop's own words with what belongs into them, short. */
export function wordsOf(json: unknown): string {
  const { message = '', parameters } = problem.safeParse(json).data ?? {};
  const values = typeof parameters === 'object' && parameters !== null ? Object.entries(parameters) : [];
  return values
    .reduce((text, [name, value]) => {
      const place = Array.isArray(parameters) ? `%${Number(name) + 1}` : `%${name}`;
      return text.replaceAll(place, String(value));
    }, message)
    .replaceAll(/<[^>]*>/g, '')
    .slice(0, LONGEST);
}

export const isRefusedResource = (words: string): boolean => /authorized to access/i.test(words);

export function missing({ what, resource }: Need, words: string): DriverError {
  const named = /Magento_\w+::\w+/.exec(words)?.[0] ?? resource;
  return terminal(
    'PermissionMissing',
    `the integration may not ${what} (${named}): allow it under System, Integrations, API, and authorise it anew`,
  );
}

export function keyRefused(signed: boolean, words: string): DriverError {
  if (!signed)
    return terminal(
      'KeyRefused',
      'the shop does not accept the access token alone: give all four values of the integration, or switch on oauth/consumer/enable_integration_as_bearer',
    );
  if (/signature/i.test(words))
    return terminal(
      'KeyRefused',
      'the shop finds the signature wrong: take all four values of one integration, and https where the shop has it',
    );
  if (/timestamp/i.test(words))
    return terminal('KeyRefused', "the shop finds the signature too old: set the clock of the shop's server");
  return terminal(
    'KeyRefused',
    'the shop does not accept the values of the integration: see that it is active, and put all four into the Secret anew',
  );
}
