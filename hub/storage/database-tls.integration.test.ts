import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCopySession } from '../backup/session.ts';
import { createLogger } from '../../kit/log.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { createCa } from '../../test/support/certificates.ts';
import { until } from '../../test/support/hub-rig.ts';
import { startPostgres, type TestPostgres } from '../../test/support/postgres.ts';
import { databaseAddress } from './database-address.ts';
import { openPostgres } from './postgres.ts';
import { databaseAnswers } from './wait.ts';

type Mode = 'disable' | 'require' | 'verify-ca' | 'verify-full';

const ca = createCa();
const another = createCa('another');
const folder = mkdtempSync(join(tmpdir(), 'supercargo-ca-files-'));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const caFile = file('ca.crt', ca.cert);
const wrongCa = file('wrong.crt', another.cert);
let server: TestPostgres;
let plain: TestPostgres;

beforeAll(async () => {
  [server, plain] = await Promise.all([startPostgres(), startPostgres()]);
  const data = server.socketFolder;
  const { key, cert } = ca.issue(['DNS:localhost']);
  const { uid, gid } = statSync(join(data, 'pg_hba.conf'));
  for (const [name, text] of Object.entries({ 'server.key': key, 'server.crt': cert })) {
    writeFileSync(join(data, name), text, { mode: 0o600 });
    chownSync(join(data, name), uid, gid);
  }
  // It takes nothing that is not encrypted.
  writeFileSync(join(data, 'pg_hba.conf'), 'hostssl all all 127.0.0.1/32 trust\nlocal all all trust\n');
  const db = openPostgres({ url: server.url.replace('127.0.0.1', encodeURIComponent(data)) });
  await db.query('ALTER SYSTEM SET ssl = on');
  await db.query('SELECT pg_reload_conf()');
  await db.close();
  // The server reads it when it gets to it.
  await until(
    async () =>
      (await start(addressOf('require'))) === 'encrypted' && /over TLS alone/.test(await start(addressOf('disable'))),
    'TLS alone',
  );
}, 60_000);
afterAll(async () => {
  await server?.stop();
  await plain?.stop();
  rmSync(folder, { recursive: true });
});

const addressOf = (mode: Mode | undefined, ca?: string, url = server.url) =>
  databaseAddress({
    SUPERCARGO_DATABASE_URL: url,
    SUPERCARGO_DATABASE_SSL_MODE: mode,
    SUPERCARGO_DATABASE_CA_FILE: ca,
  })!;
const named = () => server.url.replace('127.0.0.1', 'localhost');

/** Whether its session is encrypted, or what the start of a hub would end with. */
async function start(url: string): Promise<string> {
  const db = openPostgres({ url, maxConnections: 1 });
  const clock = new ManualClock();
  try {
    const answers = databaseAnswers(db, clock, createLogger('hub', 'silent'));
    let over = false;
    const ended = answers.then(
      () => undefined,
      (error: Error) => error.message,
    );
    void ended.finally(() => (over = true));
    for (let at = 0; !over && at < 200; at += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      await clock.advance(5000);
    }
    const message = await ended;
    if (message !== undefined) return message;
    const [row] = await db.query<{ ssl: boolean }>('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    return row?.ssl ? 'encrypted' : 'in clear';
  } finally {
    await db.close();
  }
}

describe('TLS to an external PostgreSQL', () => {
  it.each<[string, Mode | undefined]>([
    ['verify-full', 'verify-full'],
    ['verify-ca', 'verify-ca'],
    ['a CA alone', undefined],
  ])('with %s and the right CA is there', async (_, mode) => {
    expect(await start(addressOf(mode, caFile, named()))).toBe('encrypted');
  });

  it('is there with require, whoever the server is', async () => {
    expect(await start(addressOf('require'))).toBe('encrypted');
  });

  it('is refused with another CA, and with none, in words that name the remedy', async () => {
    const words =
      "the certificate of the hub's database is not signed by a CA that is trusted here: the Secret of hub.database.caSecretName must hold the CA that signed it";
    expect(await start(addressOf('verify-full', wrongCa, named()))).toBe(words);
    expect(await start(addressOf('verify-ca', wrongCa, named()))).toBe(words);
    expect(await start(addressOf('verify-full', undefined, named()))).toBe(words);
    await expect(openCopySession(addressOf('verify-full', wrongCa, named()))).rejects.toThrow(words);
  });

  it('under a name that is not in its certificate is refused by verify-full, and taken by verify-ca', async () => {
    expect(await start(addressOf('verify-full', caFile))).toBe(
      "the certificate of the hub's database does not name 127.0.0.1: have it issued for that name too",
    );
    expect(await start(addressOf('verify-ca', caFile))).toBe('encrypted');
  });

  it('that one side has and the other has not is said', async () => {
    expect(await start(addressOf('verify-full', caFile, plain.url))).toContain('has no TLS: turn ssl on there');
    expect(await start(addressOf('disable'))).toContain('over TLS alone: set hub.database.sslMode to verify-full');
  });

  it('reads the CA anew for each session: a renewed one needs no restart', async () => {
    const renewed = file('renewed.crt', another.cert);
    const db = openPostgres({ url: addressOf('verify-full', renewed, named()), maxConnections: 1 });
    await expect(db.query('SELECT 1')).rejects.toThrow();
    file('renewed.crt', `${another.cert}\n${ca.cert}`);
    expect(await db.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await db.close();
  });

  it('goes to a backup, too', async () => {
    const session = await openCopySession(addressOf('verify-full', caFile, named()));
    expect(await session.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).toEqual([{ ssl: true }]);
    session.end();
  });
});
