/** What the API server (or the way to it) answered, reduced to what a caller can act on. */
export type ApiErrorReason =
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Forbidden'
  | 'Unauthorized'
  | 'Gone'
  | 'Invalid'
  | 'TooManyRequests'
  | 'Unavailable'
  | 'Other';

/** A request that failed. `status` is 0 when no answer came at all. */
export class ApiError extends Error {
  readonly reason: ApiErrorReason;
  readonly status: number;
  /** What the server asked us to wait, from Retry-After. */
  readonly retryAfterMs: number | undefined;
  /** The namespace that it was about is being deleted. */
  readonly isTerminating: boolean;

  constructor(
    reason: ApiErrorReason,
    status: number,
    message: string,
    options: { retryAfterMs?: number; isTerminating?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'ApiError';
    this.reason = reason;
    this.status = status;
    this.retryAfterMs = options.retryAfterMs;
    this.isTerminating = options.isTerminating ?? false;
  }
}

/** True when `error` is an ApiError of one of these reasons. */
export function isApiError(error: unknown, ...reasons: ApiErrorReason[]): error is ApiError {
  return error instanceof ApiError && (reasons.length === 0 || reasons.includes(error.reason));
}

const BY_STATUS: Readonly<Record<number, ApiErrorReason>> = {
  400: 'Invalid',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Gone',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'Unavailable',
  502: 'Unavailable',
  503: 'Unavailable',
  504: 'Unavailable',
};

interface StatusBody {
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: { readonly causes?: readonly { readonly reason?: string }[] };
}

/**
 * The error of an answer; `body` is a `Status` object where the API server itself answered, anything else from a proxy.
 */
export function errorFromResponse(
  status: number,
  body: string,
  what: string,
  retryAfter: string | undefined,
): ApiError {
  const parsed = parseStatus(body);
  const reason = parsed?.reason === 'AlreadyExists' ? 'AlreadyExists' : (BY_STATUS[status] ?? 'Other');
  const seconds = Number(retryAfter);
  return new ApiError(reason, status, `${what}: ${parsed?.message ?? `HTTP ${status}`}`, {
    retryAfterMs: retryAfter !== undefined && Number.isFinite(seconds) ? seconds * 1000 : undefined,
    isTerminating: parsed?.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating') ?? false,
  });
}

/** The error of a `Status` object that came inside a watch stream. */
export function errorFromStatus(body: StatusBody, what: string): ApiError {
  const status = body.code ?? 500;
  return new ApiError(
    BY_STATUS[status] ?? 'Other',
    status,
    `${what}: ${body.message ?? 'the watch ended with an error'}`,
  );
}

function parseStatus(body: string): StatusBody | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined; // a proxy's HTML page: the status code says enough
  }
}
