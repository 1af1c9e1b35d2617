import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { INITDB } from './create.ts';
import { judgeFolder, type FoundFolder } from './data-folder.ts';
import { logLevel, parseLogLine } from './log-lines.ts';
import { asArguments, DISCREET, DURABLE, SMALL_MACHINE } from './settings.ts';
import { socketFolderOf } from './socket-folder.ts';
import { stoppedBecause } from './stopped-because.ts';

const OWN = { uid: 1000, gid: 1000 };
const whole: FoundFolder = {
  path: '/data/postgres',
  exists: true,
  entries: ['PG_VERSION', 'base', 'global'],
  version: '18',
  hasControlFile: true,
  owner: OWN,
};
const sentence = (found: Partial<FoundFolder>): string => {
  const verdict = judgeFolder({ ...whole, ...found }, 18, OWN);
  return verdict.kind === 'fault' ? verdict.sentence : verdict.kind;
};

describe('the folder of the embedded database', () => {
  it('is made where there is none, or an empty one', () => {
    expect(sentence({ exists: false, entries: [] })).toBe('create');
    expect(sentence({ entries: [], version: undefined })).toBe('create');
  });

  it('is opened when it is whole, of this major version and ours', () => {
    expect(sentence({})).toBe('open');
  });

  it.each<[string, Partial<FoundFolder>, RegExp]>([
    [
      'an older major version',
      { version: '17' },
      /PostgreSQL 17 made .*brings PostgreSQL 18: an older one.*supercargo backup/,
    ],
    ['a newer major version', { version: '19' }, /a newer one.*Start the release that made it/],
    ['another user', { owner: { uid: 999, gid: 999 } }, /belongs to user 999.*runs as user 1000.*chown -R 1000:1000/],
    ['another user, closed', { owner: { uid: 999, gid: 999 }, entries: [], refused: 'EACCES' }, /belongs to user 999/],
    ['a folder that cannot be read', { entries: [], refused: 'EACCES' }, /cannot be read \(EACCES\)/],
    ['something else', { entries: ['photo.jpg'], version: undefined }, /no PostgreSQL database.*name another folder/],
    ['a version that is no number', { version: '\0\0' }, /damaged.*restore/],
    ['no control file', { hasControlFile: false }, /damaged.*pg_control.*Restore/],
  ])('%s is said in one sentence with the remedy, and nothing is made', (_what, found, words) => {
    expect(sentence(found)).toMatch(words);
  });
});

describe('a server that ends while it starts', () => {
  it.each([
    [
      'FATAL:  could not write lock file "postmaster.pid": No space left on device',
      true,
      /volume .* is full: enlarge it/,
    ],
    ['PANIC:  could not write to file "pg_wal/xlogtemp.31": No space left on device', true, /full/],
    ['FATAL:  lock file "postmaster.pid" already exists', true, /another server/],
    ['FATAL:  database files are incompatible with server', false, /another build.*backup/],
    ['FATAL:  data directory "/x" has wrong ownership', false, /another user/],
    ['FATAL:  data directory "/x" has invalid permissions', false, /permissions/],
    ['FATAL:  could not locate a valid checkpoint record at 0/174B310', false, /damaged.*restore/],
    ['PANIC:  could not open file "global/pg_control": No such file or directory', false, /damaged/],
    ['FATAL:  something that nobody foresaw', false, /did not start \(exit code 1\).*something that nobody foresaw/],
  ])('%s', (line, passes, words) => {
    const cause = stoppedBecause(
      [
        parseLogLine('LOG:  starting PostgreSQL'),
        parseLogLine(line),
        parseLogLine('LOG:  database system is shut down'),
      ],
      'exit code 1',
    );
    expect(cause).toEqual({ passes, sentence: expect.stringMatching(words) });
  });
});

describe('what the server logs', () => {
  it('keeps to itself what may show a record: errors of statements, their detail, text and values', () => {
    for (const line of [
      'ERROR:  invalid input syntax for type integer: "Ada Lovelace"',
      'DETAIL:  Key (email)=(ada@example.com) already exists.',
      'STATEMENT:  INSERT INTO orders …',
      'CONTEXT:  COPY orders, line 1: "…"',
    ]) {
      expect(logLevel(parseLogLine(line))).toBeUndefined();
    }
  });

  it('an end of a session is no alarm; an end of the server is', () => {
    expect(logLevel(parseLogLine('FATAL:  the database system is starting up'))).toBe('debug');
    expect(logLevel(parseLogLine('FATAL:  could not open file "global/pg_control"'))).toBe('error');
    expect(logLevel(parseLogLine('PANIC:  could not write'))).toBe('error');
  });
});

describe('the settings', () => {
  it('that keep what was answered come last, so that nothing before can undo them', () => {
    const given = asArguments({ ...SMALL_MACHINE, ...DISCREET, fsync: 'off', ...DURABLE });
    expect(given).toEqual(expect.arrayContaining(['fsync=on', 'synchronous_commit=on', 'full_page_writes=on']));
    expect(given).not.toContain('fsync=off');
  });

  it("the image's empty folder is made with the same words as one on a machine", async () => {
    expect(await readFile(new URL('../../../Dockerfile', import.meta.url), 'utf8')).toContain(INITDB.join(' '));
  });

  it('a folder whose path is too long for a socket gets one elsewhere, the same for every process', () => {
    expect(socketFolderOf('/var/lib/supercargo/postgres', '/tmp')).toBe('/var/lib/supercargo/postgres');
    const long = socketFolderOf(`/home/${'x'.repeat(100)}/postgres`, '/tmp');
    expect(long).toMatch(/^\/tmp\/supercargo-[0-9a-f]{16}$/);
    expect(socketFolderOf(`/home/${'x'.repeat(100)}/postgres`, '/tmp')).toBe(long);
  });
});
