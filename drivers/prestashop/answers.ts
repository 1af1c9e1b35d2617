import { DriverError, type ShopResponse } from '../contract/index.ts';
import { NoSuchXml, xmlWithin } from '../toolkit/bodies/xml-within.ts';
import { xmlRecords } from '../toolkit/bodies/xml-records.ts';
import { child, childText, type XmlElement } from '../toolkit/bodies/xml.ts';
import { BrokeDown, NoSuchResource, retry, terminal, waiting } from './errors.ts';

export type Method = 'GET' | 'PUT' | 'POST';

/** What is done with which resource, as the rights of a key have it. */
export interface Doing {
  readonly resource: string;
  readonly method: Method;
  /** Of a write: the record that it is about. */
  readonly recordId?: string;
}

const ASK_AGAIN_MS = 30_000;
const MAINTENANCE_MS = 60_000;
const LONGEST = 200;

/** The root of an answer; undefined: the shop has no such record. Throws what is no answer, or a failure. */
export async function answerOf(response: ShopResponse, doing: Doing): Promise<XmlElement | undefined> {
  const { status, headers } = response;
  throwTransport(status, headers);
  const root = await rootOf(response);
  if ('head' in root) {
    if (status === 404 && root.head.trim() === '' && doing.recordId !== undefined) return undefined;
    throw noApi(status, headers, root.head);
  }
  const errors = child(root, 'errors');
  if (status < 300 && !errors) return root;
  throwRefusal(status, errors, doing);
  return undefined;
}

/** All of it, or how it begins where it is no XML of PrestaShop. */
async function rootOf(response: ShopResponse): Promise<XmlElement | { readonly head: string }> {
  try {
    for await (const root of xmlRecords(xmlWithin(response.bytes(), 'prestashop'), 'prestashop', 'utf-8')) return root;
    return { head: '' };
  } catch (error) {
    if (error instanceof NoSuchXml) return { head: error.head };
    // PHP that ends in the middle leaves half an answer behind, and status 200.
    if (error instanceof DriverError && error.details.behaviour === 'retry')
      throw new BrokeDown(`the shop sent half an answer: ${error.message}`, 'UnexpectedPayload');
    throw error;
  }
}

function throwTransport(status: number, headers: Readonly<Record<string, string>>): void {
  const after = Number(headers['retry-after'] ?? 0) * 1000;
  if (status === 429) throw waiting('RateLimited', 'the shop asks to wait', after || ASK_AGAIN_MS);
  if (status >= 300 && status < 400)
    throw terminal(
      'WrongUrl',
      `the address leads somewhere else (HTTP ${status}): enter the final one as settings.url, with or without www and with https`,
    );
}

/** What came is no XML of the webservice. */
function noApi(status: number, headers: Readonly<Record<string, string>>, head: string) {
  if (status === 503 || (status === 200 && /maintenance/i.test(head)))
    return waiting(
      'StoreUnavailable',
      'the shop is in maintenance: it is asked again by itself; to let this cluster through meanwhile, add its address to the maintenance IPs of the shop',
      Number(headers['retry-after'] ?? 0) * 1000 || MAINTENANCE_MS,
    );
  if (status === 401 && /prestashop/i.test(headers['www-authenticate'] ?? ''))
    return terminal(
      'KeyNotPassed',
      "the shop does not see the key: its web server keeps back the Authorization header; add the rewrite rule of PrestaShop's .htaccess for it (HTTP_AUTHORIZATION)",
    );
  if (status === 401 || status === 403)
    return terminal(
      'AccessDenied',
      `something before the shop asks for a password or refuses (HTTP ${status}): let this cluster through to /api`,
    );
  if (status >= 500) return new BrokeDown(`the shop cannot answer at the moment (HTTP ${status})`);
  if (status >= 400)
    return terminal(
      'WrongUrl',
      `there is no PrestaShop webservice at the address (HTTP ${status}): check settings.url`,
    );
  if (PHP_ENDED.test(head))
    return new BrokeDown(`PHP of the shop ended before it answered: ${PHP_ENDED.exec(head)![0]}`);
  return retry(
    'NotAnApi',
    'the shop answers with a web page and not with the webservice: check settings.url, and that friendly URLs lead /api to the webservice',
  );
}

/** What PHP prints where it gives up. */
const PHP_ENDED = /(Allowed memory size|Maximum execution time|Fatal error)[\w .]{0,60}/i;

function throwRefusal(status: number, errors: XmlElement | undefined, doing: Doing): void {
  const { resource, method, recordId } = doing;
  const words = wordsOf(errors);
  if (/webservice is disabled/i.test(words))
    throw terminal('WebserviceOff', 'the webservice is switched off: switch it on (Advanced Parameters, Webservice)');
  if (/is not allowed/i.test(words) || status === 403) throw missing([[resource, method]]);
  if (status === 401) throw keyRefused(words);
  if (status === 404) {
    if (recordId !== undefined) return;
    throw terminal('WrongUrl', `the shop has no ${resource}: check settings.url`);
  }
  if (codesOf(errors).includes('24')) throw new NoSuchResource(resource);
  if (status >= 500 || errors === undefined)
    throw new BrokeDown(`the shop failed at ${resource} (HTTP ${status}): ${words}`);
  if (recordId !== undefined)
    throw terminal('StoreRefused', `PrestaShop does not take it (${resource} ${recordId}): ${words}`, recordId);
  throw terminal('UnsupportedSchema', `the shop cannot be asked for ${resource} in this way: ${words}`);
}

const codesOf = (errors: XmlElement | undefined): string[] =>
  (errors?.children ?? []).map((error) => childText(error, 'code') ?? '');

/** The shop's own words, short. */
function wordsOf(errors: XmlElement | undefined): string {
  const all = errors?.children.map(
    (error) => `${childText(error, 'message') ?? ''} (${childText(error, 'code') ?? ''})`,
  );
  return (all ?? [])
    .join('; ')
    .replaceAll(/<[^>]*>/g, '')
    .slice(0, LONGEST);
}

const keyRefused = (words: string) =>
  terminal(
    'KeyRefused',
    /not active/i.test(words)
      ? 'the key is switched off: enable it (Advanced Parameters, Webservice)'
      : 'the shop does not accept the key: copy it from Advanced Parameters, Webservice into the Secret anew',
  );

/** Rights that a key lacks, as its page in the shop has them. */
export function missing(rights: readonly (readonly [resource: string, method: string])[]) {
  const named = rights.map(([resource, method]) => `${resource} (${WORDS[method] ?? method})`).join(', ');
  return terminal('PermissionMissing', `the key lacks ${named}: tick it at the key in Advanced Parameters, Webservice`);
}

/** Columns of the page where a key is given its rights. */
const WORDS: Readonly<Record<string, string>> = { GET: 'View, GET', PUT: 'Modify, PUT', POST: 'Add, POST' };
