import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { data, refusal, scriptedHttp, type Answer } from '../../test/stores/vendure/scripted-http.ts';
import { errorDetails, type DriverErrorDetails } from '../contract/index.ts';
import { VendureClient } from './client.ts';

const never = new AbortController().signal;
const operation = {
  document: '{ orders { totalItems } }',
  answer: z.object({ orders: z.object({ totalItems: z.int() }) }),
};

async function failureOf(answer: Answer): Promise<DriverErrorDetails> {
  const client = new VendureClient(
    scriptedHttp(() => answer),
    { apiKey: 'the-key' },
    { url: 'https://shop.example/admin-api' },
  );
  return client.query(operation, {}, never).then(() => {
    throw new Error('it answered');
  }, errorDetails);
}

describe('the client', () => {
  it('does not read what a shop says as a pattern', async () => {
    expect(await failureOf(refusal('no', 'FORBIDDEN', '([a'))).toMatchObject({ behaviour: 'terminal' });
  });

  it('sends key, channel and language, and answers what was asked', async () => {
    const http = scriptedHttp(() => data({ orders: { totalItems: 3 } }));
    const client = new VendureClient(
      http,
      { apiKey: 'the-key' },
      { url: 'https://shop.example/admin-api', channel: 'eu', language: 'de' },
    );
    expect(await client.query(operation, { a: 1 }, never)).toEqual({ orders: { totalItems: 3 } });
    expect(http.asked).toMatchObject([
      {
        intent: 'read',
        variables: { a: 1 },
        request: {
          method: 'POST',
          url: 'https://shop.example/admin-api?languageCode=de',
          headers: { 'vendure-api-key': 'the-key', 'vendure-token': 'eu' },
        },
      },
    ]);
    await client.mutate(operation, {}, never);
    expect(http.asked[1]?.intent).toBe('write');
  });

  it.each<[string, Answer, Record<string, unknown>]>([
    [
      'a refused key or permission',
      refusal('You are not currently authorized', 'FORBIDDEN'),
      { behaviour: 'terminal', reason: 'NotAuthorized', message: expect.stringContaining('ReadOrder') },
    ],
    [
      'another schema',
      { status: 400, body: refusal('Cannot query field "x"', 'GRAPHQL_VALIDATION_FAILED').body },
      { behaviour: 'terminal', reason: 'UnsupportedSchema' },
    ],
    [
      'a refused argument',
      refusal('Cannot take more than 10', 'USER_INPUT_ERROR'),
      { behaviour: 'terminal', reason: 'StoreRefused' },
    ],
    ['a failure inside', refusal('SQLITE_BUSY', 'INTERNAL_SERVER_ERROR'), { behaviour: 'retry', reason: 'StoreError' }],
    ['a failure without code', refusal('FOREIGN KEY constraint failed'), { behaviour: 'retry', reason: 'StoreError' }],
    ['404', { status: 404, body: '{}' }, { behaviour: 'terminal', reason: 'WrongUrl' }],
    [
      'a web page',
      { headers: { 'content-type': 'text/html' }, body: '<html>' },
      { behaviour: 'retry', reason: 'NotAnApi' },
    ],
    [
      'a firewall',
      { status: 403, headers: { 'content-type': 'text/html' }, body: '' },
      { behaviour: 'terminal', reason: 'AccessDenied' },
    ],
    [
      'too many requests',
      { status: 429, headers: { 'retry-after': '7' }, body: '' },
      { behaviour: 'waiting', reason: 'RateLimited', retryAfterMs: 7000 },
    ],
    [
      'maintenance with a time',
      { status: 503, headers: { 'retry-after': '120' }, body: '' },
      { behaviour: 'waiting', reason: 'StoreUnavailable', retryAfterMs: 120_000 },
    ],
    [
      'a gateway error',
      { status: 502, headers: {}, body: '<html>' },
      { behaviour: 'retry', reason: 'StoreUnavailable' },
    ],
    ['JSON of something else', { body: { hello: 'world' } }, { behaviour: 'terminal', reason: 'WrongUrl' }],
    ['a list', { body: [1] }, { behaviour: 'terminal', reason: 'WrongUrl' }],
    ['JSON that is none', { body: '{"data":' }, { behaviour: 'retry', reason: 'UnexpectedPayload' }],
    [
      'garbage in the data',
      data({ orders: { totalItems: 'many' } }),
      {
        behaviour: 'retry',
        reason: 'UnexpectedPayload',
        message: expect.stringContaining('orders.totalItems is text of 4 characters'),
      },
    ],
  ])('says what is wrong with %s', async (_what, answer, expected) => {
    const details = await failureOf(answer);
    expect(details).toMatchObject(expected);
    expect(details.message).not.toContain('the-key');
  });
});
