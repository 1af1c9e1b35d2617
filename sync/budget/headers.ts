import type { BudgetReading } from '../../drivers/contract/index.ts';

type Headers = Readonly<Record<string, string>>;

/**
 * What an answer's headers say of the store's budget; undefined when they say nothing. Understood:
 * - `Retry-After` (RFC 9110 §10.2.3), on a 429 or 503 only: elsewhere it means other things;
 * - `X-Shopify-Shop-Api-Call-Limit: used/limit` (Shopify REST Admin API, leaky bucket: limit / 20 come back each
 *   second);
 * - `RateLimit: "name";r=remaining;t=seconds` and `RateLimit-Policy: "name";q=quota;w=window` (IETF
 *   draft-ietf-httpapi-ratelimit-headers-10), and the older `RateLimit-Limit`, `-Remaining`, `-Reset` (draft 06);
 * - `X-RateLimit-Limit`, `-Remaining`, `-Reset` (seconds, or a Unix time);
 * - `X-Amzn-RateLimit-Limit: calls a second` (Amazon SP-API; of the operation, on some answers only).
 */
export function budgetReading(status: number, headers: Headers, now: Date): BudgetReading | undefined {
  if (status === 429 || status === 503) {
    const pauseMs = retryAfterMs(headers['retry-after'], now);
    if (pauseMs !== undefined) return { pauseMs };
  }
  return (
    shopify(headers) ??
    structured(headers) ??
    separate(headers, 'ratelimit-', now) ??
    separate(headers, 'x-ratelimit-', now) ??
    amazon(headers)
  );
}

/** RFC 9110 §10.2.3: seconds or a date. */
export function retryAfterMs(header: string | undefined, now: Date): number | undefined {
  if (!header) return undefined;
  if (/^\d+(\.\d+)?$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime());
}

function shopify(headers: Headers): BudgetReading | undefined {
  const match = /^(\d+)\/(\d+)$/.exec(headers['x-shopify-shop-api-call-limit'] ?? '');
  if (!match) return undefined;
  const burst = Number(match[2]);
  return { burst, perSecond: burst / 20, remaining: burst - Number(match[1]) };
}

function amazon(headers: Headers): BudgetReading | undefined {
  const perSecond = number(headers['x-amzn-ratelimit-limit']);
  return perSecond !== undefined && perSecond > 0 ? { perSecond } : undefined;
}

function structured(headers: Headers): BudgetReading | undefined {
  const left = parameters(headers['ratelimit']);
  if (left['r'] === undefined) return undefined;
  const policy = parameters(headers['ratelimit-policy']);
  const rule =
    policy['q'] !== undefined && policy['w'] ? { burst: policy['q'], perSecond: policy['q'] / policy['w'] } : {};
  return { ...rule, remaining: left['r'], ...exhausted(left['r'], left['t']) };
}

/** `"default";r=50;t=30` as { r: 50, t: 30 }. */
function parameters(header: string | undefined): Record<string, number> {
  return Object.fromEntries(
    [...(header ?? '').matchAll(/;\s*([a-z]+)=(\d+(?:\.\d+)?)/g)].map(([, name, value]) => [name!, Number(value)]),
  );
}

function separate(headers: Headers, prefix: string, now: Date): BudgetReading | undefined {
  const remaining = number(headers[`${prefix}remaining`]);
  if (remaining === undefined) return undefined;
  return {
    burst: number(headers[`${prefix}limit`]),
    remaining,
    ...exhausted(remaining, untilReset(number(headers[`${prefix}reset`]), now)),
  };
}

/** Large numbers are a Unix time, small ones seconds from now: no platform has windows of thirty years. */
function untilReset(reset: number | undefined, now: Date): number | undefined {
  return reset !== undefined && reset > 1_000_000_000 ? Math.max(0, reset - now.getTime() / 1000) : reset;
}

function exhausted(remaining: number, seconds: number | undefined): BudgetReading {
  return remaining <= 0 && seconds !== undefined ? { pauseMs: seconds * 1000 } : {};
}

function number(text: string | undefined): number | undefined {
  const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}
