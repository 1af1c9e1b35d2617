import { describe, expect, it } from '@jest/globals';
import { terminal } from '../../drivers/contract/index.ts';
import { AddressForbidden } from '../../kit/net/addresses.ts';
import { networkError } from './network-errors.ts';

const coded = (code: string): Error => Object.assign(new Error('x'), { code });

describe('a broken call', () => {
  it.each<[string, unknown, string]>([
    ['an unknown host', coded('ENOTFOUND'), 'DnsFailure'],
    ['DNS that does not answer', coded('EAI_AGAIN'), 'DnsFailure'],
    ['a closed port', coded('ECONNREFUSED'), 'ConnectionRefused'],
    ['an expired certificate', coded('CERT_HAS_EXPIRED'), 'CertificateInvalid'],
    [
      'an address that may not be called',
      new TypeError('x', { cause: new AddressForbidden('no') }),
      'AddressForbidden',
    ],
    ['a self-signed certificate', coded('DEPTH_ZERO_SELF_SIGNED_CERT'), 'CertificateInvalid'],
    ['a self-signed certificate in the chain', coded('SELF_SIGNED_CERT_IN_CHAIN'), 'CertificateInvalid'],
    ['an unknown authority', coded('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'CertificateInvalid'],
    ['a certificate of another name', coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'CertificateInvalid'],
    ['no connection in time', coded('UND_ERR_CONNECT_TIMEOUT'), 'Timeout'],
    ['no headers in time', coded('UND_ERR_HEADERS_TIMEOUT'), 'Timeout'],
    ['no body in time', coded('UND_ERR_BODY_TIMEOUT'), 'Timeout'],
    ['a system time-out', coded('ETIMEDOUT'), 'Timeout'],
    ['a call given up', coded('UND_ERR_ABORTED'), 'Aborted'],
    ['a call given up by a signal', new DOMException('stop', 'AbortError'), 'Aborted'],
    ['a call given up by a signal with a time', new DOMException('too slow', 'TimeoutError'), 'Timeout'],
    ['a reset connection', coded('ECONNRESET'), 'ConnectionFailed'],
    ['a closed socket', coded('UND_ERR_SOCKET'), 'ConnectionFailed'],
    ['an error without code', new Error('x'), 'ConnectionFailed'],
    ['something that is no error', 'x', 'ConnectionFailed'],
    ['nothing', undefined, 'ConnectionFailed'],
    ['what fetch wraps', new TypeError('fetch failed', { cause: coded('ENOTFOUND') }), 'DnsFailure'],
    [
      'what several addresses wrap',
      new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')]),
      'ConnectionRefused',
    ],
    [
      'both wraps at once',
      new TypeError('x', { cause: new AggregateError([coded('ECONNREFUSED')]) }),
      'ConnectionRefused',
    ],
  ])('because of %s', (_what, error, reason) => {
    const { details } = networkError(error);
    expect(details).toMatchObject({
      reason,
      behaviour: ['CertificateInvalid', 'AddressForbidden'].includes(reason) ? 'terminal' : 'retry',
      scope: reason === 'Aborted' ? 'hub' : 'shop',
    });
    expect(details.message).toMatch(/\w/);
  });

  it('keeps the code that explains it', () => {
    expect(networkError(coded('CERT_HAS_EXPIRED')).message).toContain('CERT_HAS_EXPIRED');
    expect(networkError(coded('ECONNRESET')).message).toContain('ECONNRESET');
  });

  it("lets the driver's own error through", () => {
    const own = terminal('WrongUrl', 'no API there');
    expect(networkError(own)).toBe(own);
  });

  it('does not go round in circles', () => {
    const circle = new Error('x');
    circle.cause = circle;
    expect(networkError(circle).details.reason).toBe('ConnectionFailed');
  });
});
