import { describe, expect, it } from '@jest/globals';
import type { BudgetReading } from '../../drivers/contract/index.ts';
import { budgetReading, retryAfterMs } from './headers.ts';

const now = new Date('2026-01-01T00:00:00Z');

describe('the budget in headers', () => {
  it.each<[string, number, Record<string, string>, BudgetReading | undefined]>([
    ['nothing', 200, {}, undefined],
    [
      "Shopify's call limit",
      200,
      { 'x-shopify-shop-api-call-limit': '32/40' },
      { burst: 40, perSecond: 2, remaining: 8 },
    ],
    ["Amazon's rate of an operation", 200, { 'x-amzn-ratelimit-limit': '0.0056' }, { perSecond: 0.0056 }],
    ["Amazon's rate that is none", 200, { 'x-amzn-ratelimit-limit': '0' }, undefined],
    ['a 429 with Retry-After', 429, { 'retry-after': '2.0' }, { pauseMs: 2000 }],
    ['a 503 with Retry-After as a date', 503, { 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' }, { pauseMs: 60_000 }],
    ['Retry-After where it means something else', 202, { 'retry-after': '10' }, undefined],
    [
      'the structured fields of the draft',
      200,
      { ratelimit: '"default";r=50;t=30', 'ratelimit-policy': '"default";q=100;w=60' },
      { burst: 100, perSecond: 100 / 60, remaining: 50 },
    ],
    ['an exhausted structured field', 200, { ratelimit: '"default";r=0;t=7' }, { remaining: 0, pauseMs: 7000 }],
    [
      'the older separate fields',
      200,
      { 'ratelimit-limit': '10', 'ratelimit-remaining': '4', 'ratelimit-reset': '30' },
      { burst: 10, remaining: 4 },
    ],
    [
      'X-RateLimit with a Unix time',
      200,
      {
        'x-ratelimit-limit': '10',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(now.getTime() / 1000 + 12),
      },
      { burst: 10, remaining: 0, pauseMs: 12_000 },
    ],
    [
      'rubbish',
      200,
      { 'x-ratelimit-remaining': 'many', 'x-shopify-shop-api-call-limit': 'a/b', ratelimit: ';;' },
      undefined,
    ],
  ])('reads %s', (_what, status, headers, reading) => {
    expect(budgetReading(status, headers, now)).toEqual(reading);
  });

  it('reads Retry-After as seconds or as a date, and nothing else', () => {
    expect([
      retryAfterMs('3', now),
      retryAfterMs('Wed, 31 Dec 2025 00:00:00 GMT', now),
      retryAfterMs('soon', now),
      retryAfterMs(undefined, now),
    ]).toEqual([3000, 0, undefined, undefined]);
  });
});
