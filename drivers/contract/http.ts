/**
 * The only way a driver talks to a store. The engine stands behind it: the connection's budget, time-outs, repeats of
 * reads, the store's clock from its Date header, and Test mode (a `write` is recorded and never sent).
 */
export interface ShopRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
  /** Absolute; its host is one of the manifest's. */
  readonly url: string;
  /** Asked for each attempt what to add to the headers. */
  readonly auth?: RequestAuth;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as is; a driver sets its own content-type. */
  readonly body?: string | Uint8Array;
  /**
   * Of a read: the answer's body is handed on as it comes, without a limit, when the status is 2xx. Repeated like any
   * read until its first byte was handed on; what breaks off later is the driver's, to go on by `resume`. Read it to
   * the end, or leave the loop over it.
   */
  readonly stream?: true;
  /** For the answer to begin, and from one of its bytes to the next; 30 s if absent. */
  readonly timeoutMs?: number;
  /** Of a write, for people in Test mode: what it means, where its body says nothing (an upload's number). */
  readonly shows?: string;
  readonly signal?: AbortSignal;
  /** What it takes from the budget, in the platform's own points; 1 if absent. */
  readonly cost?: number;
  /** The bucket of the manifest that the platform counts it in; absent: the common one. A 429 pauses that one alone. */
  readonly bucket?: string;
  /**
   * Where the platform says with status 200 that it was asked too much, and did nothing: the milliseconds to wait. The
   * engine takes it as a 429. Undefined: the answer is what it seems.
   */
  readonly throttled?: (response: ShopResponse) => Promise<number | undefined>;
}

/** Who calls. Ready-made: `bearer`, `basic`, `oauth1` in drivers/toolkit/auth. */
export interface RequestAuth {
  /**
   * Headers to add; asked after the wait for the budget, anew for each attempt. `refused`: those that were just
   * answered with 401, asked once in a call; equal headers then mean that there is nothing newer, and the 401 is the
   * driver's.
   */
  headers(
    call: Pick<ShopRequest, 'method' | 'url' | 'body'>,
    signal: AbortSignal,
    refused?: Readonly<Record<string, string>>,
  ): Promise<Readonly<Record<string, string>>>;
}

/** A token bucket: `burst` points at most, refilled by `perSecond`. */
export interface BudgetRule {
  readonly burst: number;
  readonly perSecond: number;
  /** Calls under way at once; 1: strictly one after the other. */
  readonly concurrent?: number;
}

/** What an answer told of the platform's budget; each field only where it is known. */
export interface BudgetReading {
  /** Points left now. */
  readonly remaining?: number;
  readonly burst?: number;
  readonly perSecond?: number;
  /** Until then nothing more is allowed, in milliseconds from now. */
  readonly pauseMs?: number;
  /** Which bucket of the manifest; absent: the common one. */
  readonly bucket?: string;
}

export interface ShopResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The whole body as text, by the charset of its content-type, else UTF-8; bounded by the engine (64 MiB). */
  text(): Promise<string>;
  /** The body parsed as JSON; throws a DriverError `UnexpectedPayload` (retry) when it is not JSON. */
  json(): Promise<unknown>;
  /** The body as it is; of a `stream` once, and as it comes. */
  bytes(): AsyncIterable<Uint8Array>;
}

export interface ShopHttp {
  /**
   * A call without effect at the store (a GraphQL query by POST is one). Repeated by the engine on 429, 5xx and broken
   * connections. Resolves for any final status; throws DriverError for network failures: reasons `DnsFailure`,
   * `ConnectionRefused`, `CertificateInvalid`, `Timeout`, `ConnectionFailed`, `RateLimited`.
   */
  read(request: ShopRequest): Promise<ShopResponse>;
  /**
   * A call that changes the store. Sent at most once, but after a 429, which proves that it was not done. In Test mode
   * it is recorded and throws `HeldWrite`; a driver lets that pass through.
   */
  write(request: ShopRequest): Promise<ShopResponse>;
  /**
   * Tells the engine what a body said of the budget (GraphQL cost points …). Headers need not be told: the engine reads
   * Retry-After, RateLimit (IETF draft), X-RateLimit-*, X-Amzn-RateLimit-Limit and X-Shopify-Shop-Api-Call-Limit by
   * itself, for the bucket of the call.
   */
  observe(reading: BudgetReading): void;
}

/** Thrown by `write` in Test mode, after the exact request was kept. */
export class HeldWrite extends Error {
  readonly request: ShopRequest;

  constructor(request: ShopRequest) {
    super('Held: mode is Test, nothing is written to the store');
    this.name = 'HeldWrite';
    this.request = request;
  }
}
