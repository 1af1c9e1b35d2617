import { describe, expect, it } from '@jest/globals';
import { createServer } from 'node:tls';
import { createCa } from '../../test/support/certificates.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import type { Logger } from '../log.ts';
import { followCertificate, tlsOptions, type Certificate } from './certificate.ts';

/** What is said while these are what the Secret has, one after the other; a text is why it cannot be read. */
async function said(...found: (Certificate | string)[]): Promise<string[]> {
  const lines: string[] = [];
  const write = (level: string) => (first: unknown, text?: string) =>
    void lines.push(`${level} ${text ?? String(first)}`);
  const log = { info: write('info'), warn: write('warn') } as unknown as Logger;
  const clock = new ManualClock();
  const ending = new AbortController();
  const left = [...found];
  const read = async () => {
    const next = left.shift()!;
    if (typeof next === 'string') throw new Error(next);
    return next;
  };
  const current = CERTIFICATE;
  const options = { read, everyMs: 1000, current, whose: 'the hub', clock, log };
  const following = followCertificate(createServer(tlsOptions(current)), options, ending.signal);
  await clock.advance(1000 * found.length);
  ending.abort();
  await following;
  return lines;
}

const ca = createCa();
const CERTIFICATE = ca.issue(['IP:127.0.0.1']);
const RENEWED = ca.issue(['IP:127.0.0.1']);
const IN_FORCE = 'info the renewed certificate of the hub is in force';
const UNUSABLE = 'warn the renewed certificate of the hub cannot be used: the one before stays in force';

describe('a certificate that is followed', () => {
  it('is spoken of once when it is renewed', async () => {
    expect(await said(CERTIFICATE, RENEWED, RENEWED)).toEqual([IN_FORCE]);
  });

  it('is spoken of once while it cannot be used, not at every look', async () => {
    expect(await said('no tls.key', 'no tls.key', 'no tls.key')).toEqual([UNUSABLE]);
    expect(await said('no tls.key', 'no tls.crt', 'no tls.crt')).toEqual([UNUSABLE, UNUSABLE]);
  });

  it('is spoken of anew when it breaks again', async () => {
    expect(await said('no tls.key', CERTIFICATE, 'no tls.key')).toEqual([UNUSABLE, UNUSABLE]);
    expect(await said('no tls.key', RENEWED, 'no tls.key')).toEqual([UNUSABLE, IN_FORCE, UNUSABLE]);
  });
});
