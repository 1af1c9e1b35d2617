import type { Faults } from '../faults.ts';
import type { Random } from '../random.ts';
import type { SimRequest, SimResponse } from './messages.ts';
import type { Permission } from './permissions.ts';
import { Refused } from './refused.ts';
import type { Desk, Route, Wire, WireAnswer, WireCall } from './wire.ts';

const STORM_LENGTH = 3;
const LONGEST_DELAY_MS = 5000;
/** Where a shop that moved sends its callers; nothing of theirs may go there. */
export const ELSEWHERE = 'https://elsewhere.example';

/**
 * One request from door to door, the same for all platforms: faults before, the key, the route, faults after. Never
 * throws.
 */
export class Door {
  readonly #desk: Desk;
  readonly #wire: Wire;
  readonly #routes: readonly Route[];
  readonly #faults: Faults;
  readonly #random: Random;
  #storm = 0;

  constructor(desk: Desk, wire: Wire) {
    this.#desk = desk;
    this.#wire = wire;
    this.#routes = wire.routes(desk);
    this.#faults = desk.faults;
    this.#random = desk.random;
  }

  handle(request: SimRequest): SimResponse {
    const [given = '', query = ''] = request.path.split('?');
    const path = given === '' ? '/' : given;
    this.#desk.truth.requests.push(`${request.method} ${path}`);
    const before = this.#faultBefore();
    if (before) return before;
    try {
      const { route, part } = this.#find(request.method, path);
      const call = this.#call(request, part, new URLSearchParams(query), this.#permissions(route, request));
      const answer = this.#answer(route.answer(call));
      return this.#faultAfter(
        answer,
        typeof route.writes === 'function' ? route.writes(call) : (route.writes ?? false),
      );
    } catch (error) {
      if (error instanceof Refused) return this.#answer(this.#wire.refusal(error));
      throw error;
    }
  }

  #find(method: string, path: string): { route: Route; part: string } {
    for (const route of this.#routes) {
      const match = route.method === method ? route.path.exec(path) : null;
      if (match) return { route, part: decodeURIComponent(match[1] ?? '') };
    }
    // A stranger is not told what there is and what not.
    return {
      route: {
        method,
        path: /^/,
        answer: () => {
          throw new Refused('missing', 'there is nothing here');
        },
      },
      part: '',
    };
  }

  #permissions(route: Route, request: SimRequest): readonly Permission[] {
    if (route.open) return [];
    const granted = this.#desk.keys.permissionsOf(this.#wire.keyOf(request) ?? '');
    if (!granted) throw new Refused('unauthorized', 'the token is not accepted');
    return granted;
  }

  #call(request: SimRequest, part: string, query: URLSearchParams, granted: readonly Permission[]): WireCall {
    return {
      request,
      query,
      part,
      granted,
      json: () => jsonOf(request.body),
      demand: (permission) => {
        if (!granted.includes(permission)) throw new Refused('forbidden', 'the key may not do this', permission);
      },
    };
  }

  #faultBefore(): SimResponse | undefined {
    const faults = this.#faults;
    if (this.#storm === 0 && faults.strikes('429-storm')) this.#storm = this.#random.int(1, STORM_LENGTH);
    if (this.#storm > 0) {
      this.#storm--;
      return this.#answer(this.#wire.refusal(new Refused('throttled', 'slow down', '1')));
    }
    if (faults.strikes('html-error')) return this.#html(200, '<html><body>Back soon</body></html>');
    if (faults.strikes('redirect'))
      return { ...this.#html(301, ''), headers: { ...this.#html(301, '').headers, location: `${ELSEWHERE}/` } };
    if (faults.strikes('reset')) return { ...this.#html(503, ''), broken: true };
    if (faults.strikes('5xx'))
      return {
        ...this.#answer(this.#wire.refusal(new Refused('broken', 'something went wrong'))),
        status: this.#random.pick([500, 502, 503])!,
      };
    return undefined;
  }

  /** What was asked for has been done when these strike. */
  #faultAfter(answer: SimResponse, writes: boolean): SimResponse {
    const faults = this.#faults;
    if (writes && faults.strikes('lost-ack')) return { ...answer, broken: true };
    if (faults.strikes('truncated-json')) return { ...answer, body: answer.body.slice(0, answer.body.length >> 1) };
    if (faults.strikes('slow')) return { ...answer, delayMs: this.#random.int(500, LONGEST_DELAY_MS) };
    return answer;
  }

  #html(status: number, body: string): SimResponse {
    return {
      status,
      body,
      delayMs: 0,
      broken: false,
      headers: { date: this.#desk.shop.now().toUTCString(), 'content-type': 'text/html' },
    };
  }

  #answer({ status, json, text, headers }: WireAnswer): SimResponse {
    return {
      status,
      body: text ?? (json === undefined ? '' : JSON.stringify(json)),
      delayMs: 0,
      broken: false,
      headers: { date: this.#desk.shop.now().toUTCString(), 'content-type': 'application/json', ...headers },
    };
  }
}

function jsonOf(body: string | undefined): unknown {
  try {
    return JSON.parse(body ?? '');
  } catch {
    throw new Refused('invalid', 'the body is not JSON');
  }
}
