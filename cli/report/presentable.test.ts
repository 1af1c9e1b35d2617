import { describe, expect, it } from '@jest/globals';
import { presentable, presentableLine, presentableMetrics, presentableText } from './presentable.ts';

describe('text of a report', () => {
  it.each([
    'ada@buyers.example',
    'ada%40buyers.example',
    '+44 7700 900123',
    'sck_Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4',
    'shpat_0123456789abcdef0123456789abcdef',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl',
    'password=hunter2x',
    '"api_key": "hunter2x"',
    'Authorization: Bearer hunter2x',
    'https://ada:hunter2x@shop.example/',
    'https://shop.example/hook?key=hunter2x',
    'k3j4h5k3j4h5k3j4h5k3j4h5',
    'Xq7Zk2Lm9Wp4Rt8Vb3Nc',
    '7b0c9a52-31f0-4f6e-9a3e-0c4b54f8a1de',
  ])('has lost %s, wherever it stands', (canary) => {
    for (const text of [canary, `the shop said: ${canary}`, `(${canary}) and so on`, `a\u001b[31m ${canary}`]) {
      const told = presentableText(text);
      expect(told).not.toContain(canary);
      expect(presentableText(told)).toBe(told);
      expect(told).not.toMatch(/hunter2x|buyers|7700|0123456789abcdef|Zm9vYmFy/);
    }
  });

  it('has lost a secret that escapes were put into, or that the end of what is looked at would cut', () => {
    expect(presentableText('sck_Zm9v\u001b[31mYmFyYmF6cXV4Zm9v')).not.toMatch(/Zm9v|YmFy/);
    expect(presentableText(`${'- '.repeat(1985)}${'x'.repeat(29)} Ab3${'Qz7k'.repeat(30)}`)).not.toContain('Qz7k');
    expect(presentableText('x'.repeat(50_000)).length).toBeLessThan(1001);
  });

  it.each([
    'Feed acme/orders has not succeeded since 2026-11-27T12:00:00.000Z: see its log',
    'pod acme/sync-shop-6f9c8d7b5d-x2x9k is not ready (ImageNotPulled)',
    `ghcr.io/acme/supercargo@sha256:${'0a1b'.repeat(16)}`,
    'order T-1042 has the unknown SKU AB-123',
    'https://shop.example/admin-api',
    '2026-11-27 12:00:00.123 UTC [42] LOG: checkpoint complete',
  ])('keeps what a support engineer reads: %s', (text) => {
    expect(presentableText(text)).toBe(text);
  });
});

describe('a value of a report', () => {
  it('has lost what stands in a field of a secret or of a person, and keeps ids, counts and reasons', () => {
    const uid = '7b0c9a52-31f0-4f6e-9a3e-0c4b54f8a1de';
    expect(
      presentable({
        uid,
        runId: uid,
        other: uid,
        clientSecret: 'short',
        apiKeys: { one: 'x' },
        customer: { name: 'Ada' },
        shippingAddress: ['Road 1'],
        phone: 44123,
        read: 12,
        at: 4_915_112_345_678,
        secretRef: { name: 'shop-key' },
        reason: 'KeyRefused',
      }),
    ).toEqual({
      uid,
      runId: uid,
      other: '[opaque]',
      clientSecret: '[redacted]',
      apiKeys: '[redacted]',
      customer: '[redacted]',
      shippingAddress: '[redacted]',
      phone: '[redacted]',
      read: 12,
      at: '[number of 13 digits]',
      secretRef: { name: 'shop-key' },
      reason: 'KeyRefused',
    });
  });

  it('has lost a person in the name of a field', () => {
    expect(JSON.stringify(presentable({ 'ada@buyers.example': 1 }))).not.toContain('buyers');
  });
});

describe('a line of a log', () => {
  it('is looked through field by field where it is JSON, as text where it is not', () => {
    const line = { level: 'warn', part: 'sync', message: 'ada@buyers.example is unknown', err: { token: 'abc' } };
    expect(JSON.parse(presentableLine(JSON.stringify(line)))).toEqual({
      level: 'warn',
      part: 'sync',
      message: '[mail address] is unknown',
      err: { token: '[redacted]' },
    });
    expect(presentableLine('{broken ada@buyers.example')).not.toContain('buyers');
  });
});

describe('metrics of a report', () => {
  it('keep their numbers however long, with clean labels, and nothing that is no series', () => {
    const text = [
      '# HELP supercargo_x Something.',
      '# TYPE supercargo_x gauge',
      'supercargo_x{namespace="acme",feed="ada@buyers.example"} 1764250000.5',
      'process_start_time_seconds 1764250000',
      'somebody wrote ada@buyers.example here',
      '',
    ].join('\n');
    expect(presentableMetrics(text).split('\n')).toEqual([
      '# HELP supercargo_x Something.',
      '# TYPE supercargo_x gauge',
      'supercargo_x{namespace="acme",feed="[mail address]"} 1764250000.5',
      'process_start_time_seconds 1764250000',
    ]);
  });
});
