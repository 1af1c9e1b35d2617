import type { DriverContext, RequestAuth } from '../contract/index.ts';
import { basic } from '../toolkit/auth/basic.ts';
import { toXml, type XmlNode } from '../toolkit/bodies/to-xml.ts';
import { child, hasChildren, type XmlElement } from '../toolkit/bodies/xml.ts';
import { answerOf, type Method } from './answers.ts';
import type { Credential, Settings } from './config.ts';
import { retry } from './errors.ts';
import { schemaOf, type Schema } from './schema.ts';

export type PrestaContext = DriverContext<Credential, Settings>;
export type Query = Readonly<Record<string, string | undefined>>;

/** PHP builds each record by itself: a full page takes its time. */
const TIMEOUT_MS = 90_000;

/** The webservice of one shop, or of one shop of several. */
export class PrestaClient {
  readonly context: PrestaContext;
  readonly #auth: RequestAuth;

  constructor(context: PrestaContext) {
    this.context = context;
    // The key is the user, and there is no password.
    this.#auth = basic(context.credential.key, '');
  }

  /** GET /api: the resources that the key may use, each with its rights. */
  async rights(signal: AbortSignal): Promise<XmlElement> {
    const root = await this.#get('', {}, signal);
    const rights = child(root, 'api');
    if (!rights)
      throw retry('UnexpectedPayload', 'the shop does not list what its webservice has: see whether it was updated');
    return rights;
  }

  /** Records of a list. */
  async list(resource: string, query: Query, signal: AbortSignal): Promise<readonly XmlElement[]> {
    const list = child(await this.#get(resource, query, signal), resource);
    if (!list) throw retry('UnexpectedPayload', `the shop sent no list of ${resource}: see whether it was updated`);
    return list.children.filter((each) => isRecord(each, resource));
  }

  /** What a resource has in this release of PrestaShop. */
  async schema(resource: string, signal: AbortSignal): Promise<Schema> {
    const [record] = (await this.#get(resource, { schema: 'synopsis' }, signal)).children;
    if (!record)
      throw retry('UnexpectedPayload', `the shop does not say what ${resource} have: see whether it was updated`);
    return schemaOf(record);
  }

  /** PUT of a whole record, or POST of a new one; undefined: there is no such record. */
  async write(
    method: Exclude<Method, 'GET'>,
    { resource, id, query = {}, record }: { resource: string; id?: string; query?: Query; record: XmlNode },
    signal: AbortSignal,
  ): Promise<XmlElement | undefined> {
    const recordId = id ?? 'new';
    const response = await this.context.http.write({
      method,
      url: this.#url(id === undefined ? resource : `${resource}/${id}`, query),
      auth: this.#auth,
      headers: { 'content-type': 'text/xml; charset=utf-8' },
      body: toXml({ name: 'prestashop', content: [record] }),
      timeoutMs: TIMEOUT_MS,
      signal,
    });
    return (await answerOf(response, { resource, method, recordId }))?.children[0];
  }

  async #get(resource: string, query: Query, signal: AbortSignal): Promise<XmlElement> {
    signal.throwIfAborted();
    const { http } = this.context;
    const url = this.#url(resource, query);
    const response = await http.read({ method: 'GET', url, auth: this.#auth, timeoutMs: TIMEOUT_MS, signal });
    return (await answerOf(response, { resource: resource || 'api', method: 'GET' }))!;
  }

  /** A blank is %20: some servers take a plus for itself. */
  #url(path: string, query: Query): string {
    const { url, shop, shopGroup } = this.context.settings;
    const all = { ...query, id_shop: shop?.toString(), id_group_shop: shop ? undefined : shopGroup?.toString() };
    const text = Object.entries(all)
      .flatMap(([name, value]) =>
        value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
      )
      .join('&');
    return `${url}/api/${path}${text === '' ? '' : `?${text}`}`;
  }
}

/** Modules print notices between records. A record is called as its list is, in the singular, and has fields. */
const isRecord = (element: XmlElement, resource: string): boolean =>
  hasChildren(element) && element.name.slice(0, 3) === resource.slice(0, 3);
