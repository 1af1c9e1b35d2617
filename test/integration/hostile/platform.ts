import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../../kit/clock.ts';
import type { Delivery } from '../../../simulator/desk/hooks.ts';
import type { Wire } from '../../../simulator/desk/wire.ts';
import { Random } from '../../../simulator/random.ts';
import { bodyOf } from '../../../simulator/server.ts';
import type { ShopEvent } from '../../../simulator/shop/life.ts';
import { SimulatedShop } from '../../../simulator/simulated-shop.ts';

/** What becomes of an answer on its way to the pod. */
export type Mood =
  | { readonly is: 'honest' }
  /** One value in ten is what it says. */
  | { readonly is: 'odd' }
  /** In JSON, or as a page of HTML. */
  | { readonly is: 'refusing'; readonly status: number; readonly as: 'json' | 'page' }
  /** Honest bodies under headers that say it. */
  | { readonly is: 'telling' }
  /** No HTTP at all. */
  | { readonly is: 'garbled' };

const KEY = 'CANARYkey7pw';
const CLIENT = { id: 'CANARYclient', secret: 'CANARYclientsecret', refreshToken: 'CANARYfirstrefresh' };
/** Less is a word. */
const SHORTEST = 6;
const TOKEN_FIELD = /token|secret/i;
/** Headers of a request in which no driver sends a secret. */
const PLAIN = /^(host|connection|user-agent|accept.*|content-.*|transfer-encoding|traceparent|idempotency-key)$/;
/** Headers of an answer without which it is none. */
const NEEDED = /^(content-type|content-length|transfer-encoding)$/;
const TOLD = [
  ...['location', 'retry-after', 'www-authenticate', 'set-cookie', 'link', 'etag', 'server', 'x-request-id', 'warning'],
  ...['x-shopify-api-version', 'x-wp-total', 'x-wp-totalpages', 'ratelimit', 'ratelimit-remaining', 'date', 'via'],
];

/** A platform that gives back what it was sent and tells of its customers: a simulated shop, its answers spoilt. */
export class HostilePlatform {
  /** Answers that were spoilt. */
  spoilt = 0;
  readonly secrets: Readonly<Record<string, string>>;
  readonly #store: SimulatedShop;
  readonly #wire: Wire;
  readonly #random = new Random(7);
  readonly #server: Server;
  readonly #heard = new Set<string>();
  #mood: Mood = { is: 'honest' };
  #hook: Delivery | undefined;

  constructor(wire: Wire, by: 'key' | 'client') {
    this.#wire = wire;
    this.secrets =
      by === 'key' ? wire.subject.credential(KEY) : wire.subject.client!(CLIENT.id, CLIENT.secret, CLIENT.refreshToken);
    this.#store = new SimulatedShop({
      wire,
      clock: systemClock,
      seed: 3,
      products: 4,
      orders: 6,
      apiKey: KEY,
      client: CLIENT,
      faults: ['token-rotation'],
      sendHook: (delivery) => (this.#hook = delivery),
    });
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** Keys and tokens that it was sent, as they were. */
  get heard(): readonly string[] {
    return [...this.#heard];
  }

  /** What it says, in ASCII without controls: also a header may have it. */
  get saidPlainly(): string {
    const known = Object.values(this.secrets).filter((value) => value.includes('CANARY'));
    const all = [...known, ...known.map((value) => Buffer.from(`x:${value}`).toString('base64')), ...this.#heard];
    return `bearer ${[...new Set(all)].join(', ')} of CANARYmail@buyers.example`;
  }

  get said(): string {
    return `\u001b]0;CANARYtitle\u0007\u001b[31m ${this.saidPlainly}\nFORGED line`;
  }

  /** In a field a telephone number cannot be told from an id: that is for words alone. */
  get saidInWords(): string {
    return `${this.said}, +49 170 5550 1234`;
  }

  /** From now on. Access tokens end, so that the mood meets who asks for another. */
  set mood(mood: Mood) {
    this.#mood = mood;
    this.spoilt = 0;
    this.#store.keys.expireAll();
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${this.#wire.basePath}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** A webhook of the event, signed as it should be; undefined: nobody asked for such. */
  hook(event: ShopEvent): Delivery | undefined {
    this.#hook = undefined;
    this.#store.hooks.tell(event);
    return this.#hook;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    this.#listen(headers, body);
    const path = (request.url ?? '/').slice(this.#wire.basePath.length) || '/';
    const given = this.#store.handle({ method: request.method ?? 'GET', path, headers, body });
    const mood = this.#mood;
    if (mood.is === 'honest') return void response.writeHead(given.status, given.headers).end(given.body);
    this.spoilt += 1;
    const { 'content-length': _, ...rest } = given.headers as Record<string, string>;
    switch (mood.is) {
      case 'garbled':
        return void request.socket.end(`HTTP/1.1 200 OK\r\n${this.saidPlainly}\r\n\r\n${this.saidPlainly}`);
      case 'telling': {
        const said = this.saidPlainly;
        const kept = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, told(name, value, said)]));
        const all = { ...Object.fromEntries(TOLD.map((name) => [name, said])), ...kept };
        return void response.writeHead(given.status, said, all).end(given.body);
      }
      case 'refusing':
        return this.#refuse(response, mood);
      case 'odd': {
        const spoilt = typeof given.body === 'string' ? this.#oddly(given.body) : given.body;
        return void response.writeHead(given.status, rest).end(spoilt);
      }
    }
  }

  /** Remembers what was sent to it as a secret: in a header, in a form of OAuth, as the secret of a webhook. */
  #listen(headers: Readonly<Record<string, string>>, body: string): void {
    const isForm = (headers['content-type'] ?? '').includes('form');
    const found = [
      ...Object.entries(headers).flatMap(([name, value]) =>
        PLAIN.test(name) || value.startsWith('OAuth ') ? [] : [value.replace(/^(Bearer|Basic) /i, '')],
      ),
      ...[...new URLSearchParams(isForm ? body : '')].flatMap(([name, value]) =>
        TOKEN_FIELD.test(name) ? [value] : [],
      ),
      ...[...body.matchAll(/"\w*secret\w*"\s*:\s*"([^"\\]+)"/gi)].map(([, value]) => value!),
    ];
    for (const value of found) if (value.length >= SHORTEST) this.#heard.add(value);
  }

  #refuse(response: ServerResponse, { status, as }: Extract<Mood, { is: 'refusing' }>): void {
    const plain = this.saidPlainly;
    const headers = { 'retry-after': '1', location: `https://shop.example/${encodeURI(plain)}`, 'set-cookie': plain };
    if (as === 'page') {
      const type = `text/html; charset="${plain.replaceAll('"', '')}"`;
      const page = `<html><head><title>${this.saidInWords}</title></head><body>${this.saidInWords}</body></html>`;
      response.writeHead(status, plain, { ...headers, 'www-authenticate': plain, 'content-type': type }).end(page);
    } else
      response
        .writeHead(status, { ...headers, 'content-type': 'application/json' })
        .end(JSON.stringify(this.#refusal()));
  }

  /** In the words of every platform at once. */
  #refusal(): object {
    const said = this.saidInWords;
    const error = {
      message: said,
      code: said,
      field: [said],
      path: [said],
      extensions: { code: said, problems: [said] },
    };
    return {
      ...error,
      error: said,
      error_description: said,
      errors: [error],
      parameters: [said],
      trace: said,
      data: { status: 400, params: { x: said } },
    };
  }

  /** One value in ten is what it says; what is no JSON ends with it. */
  #oddly(body: string): string {
    const odd = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(odd);
      if (typeof value === 'object' && value !== null)
        return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, odd(one)]));
      return this.#random.int(0, 9) === 0 ? this.said : value;
    };
    try {
      return JSON.stringify(odd(JSON.parse(body)));
    } catch {
      return `${body}${this.said}`;
    }
  }
}

const told = (name: string, value: string, said: string): string =>
  NEEDED.test(name) ? (name === 'content-type' ? `${value}; x="${said.replaceAll('"', '')}"` : value) : said;
