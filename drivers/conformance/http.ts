import { setImmediate } from 'node:timers/promises';
import { allowedHosts, isAllowed } from '../../model/hosts.ts';
import type { SimulatedShop } from '../../simulator/simulated-shop.ts';
import {
  bodyText,
  HeldWrite,
  hostRuleText,
  retry,
  wholeResponse,
  type HostRule,
  type ShopHttp,
  type ShopRequest,
  type ShopResponse,
} from '../contract/index.ts';
import { NotConformant } from './demand.ts';

/** No case needs more: a driver that calls on is refused by name. */
const MOST_CALLS = 3000;

export interface SuiteHttpOptions {
  readonly store: SimulatedShop;
  readonly hosts: readonly HostRule[];
  /** Of the manifest. */
  readonly buckets: readonly string[];
  /** Address of the API. */
  readonly base: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly testMode: boolean;
  /** A driver that calls on and on: it hears nothing more, and the case is over. */
  readonly onEndless: (error: NotConformant) => void;
}

/**
 * The engine's part of HTTP without its patience: one call, one answer, so that what a driver repeats by itself is
 * seen.
 */
export class SuiteHttp implements ShopHttp {
  readonly #options: SuiteHttpOptions;
  readonly violations: string[] = [];
  readonly held: ShopRequest[] = [];
  reads = 0;
  writes = 0;
  /** Before a call is answered; a case lets something happen at the shop. */
  onCall: (call: number) => void = () => undefined;

  constructor(options: SuiteHttpOptions) {
    this.#options = options;
  }

  get calls(): number {
    return this.reads + this.writes;
  }

  async read(request: ShopRequest): Promise<ShopResponse> {
    this.reads++;
    const { truth, hooks } = this.#options.store;
    // What was taken on a ticket before is not of this call.
    this.#options.store.tick();
    const before = [truth.effects.length, hooks.changes];
    const answer = await this.#call(request);
    if (truth.effects.length !== before[0] || hooks.changes !== before[1])
      this.violations.push('changes the shop by http.read: a change goes by http.write, or Test mode does not hold it');
    return answer;
  }

  async write(request: ShopRequest): Promise<ShopResponse> {
    this.writes++;
    if (this.#options.testMode) {
      this.held.push(request);
      if (request.body instanceof Uint8Array && request.shows === undefined)
        this.violations.push('writes bytes that say nothing to people in Test mode: say in `shows` what they mean');
      throw new HeldWrite(request);
    }
    return this.#call(request);
  }

  observe(): void {
    // The engine's budget is not played here.
  }

  async #call(request: ShopRequest): Promise<ShopResponse> {
    // A timer must be able to strike however fast a driver asks.
    await setImmediate();
    request.signal?.throwIfAborted();
    if (this.calls > MOST_CALLS) {
      this.#options.onEndless(new NotConformant(`makes more than ${MOST_CALLS} calls and does not end`));
      await new Promise<never>(() => undefined);
    }
    this.#demandHost(request.url);
    this.#demandBucket(request.bucket);
    this.onCall(this.calls);
    const signal = request.signal ?? new AbortController().signal;
    const auth = (await request.auth?.headers(request, signal)) ?? {};
    const answer = await this.#answer(request, auth);
    if (answer.status !== 401 || !request.auth) return answer;
    const again = await request.auth.headers(request, signal, auth);
    return JSON.stringify(again) === JSON.stringify(auth) ? answer : this.#answer(request, again);
  }

  async #answer(
    { method, url, headers, body }: ShopRequest,
    auth: Readonly<Record<string, string>>,
  ): Promise<ShopResponse> {
    const { base, store } = this.#options;
    const lower = Object.fromEntries(
      Object.entries({ ...headers, ...auth }).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const at = [base, store.wire.filesAt].find((address) => address !== undefined && url.startsWith(address));
    if (at === undefined) return wholeResponse(404, { 'content-type': 'text/html' }, '<html></html>');
    const given = store.answer({ method, path: url.slice(at.length) || '/', headers: lower, body: bodyText(body) });
    if (given.broken) throw retry('ConnectionFailed', 'the connection broke');
    return wholeResponse(given.status, given.headers, given.body);
  }

  #demandBucket(bucket: string | undefined): void {
    if (bucket !== undefined && !this.#options.buckets.includes(bucket))
      this.violations.push(`counts a call in the bucket ${bucket}, which its manifest does not have`);
  }

  #demandHost(url: string): void {
    const { hosts, settings } = this.#options;
    if (!isAllowed(url, allowedHosts(hosts.map(hostRuleText), settings)))
      this.violations.push(
        `asks ${URL.parse(url)?.host ?? 'no address'}, which is not among the hosts of its manifest`,
      );
  }
}
