import { describe, expect, it } from '@jest/globals';
import { passwordWarning } from './database-url.ts';

describe('the URL of a database', () => {
  it('on the command line with a password is warned of, without the password', () => {
    const said = passwordWarning(['up', '--database-url', 'postgres://hub:CANARY@db/hub']);
    expect(said).toMatch(/every user of this machine.*SUPERCARGO_DATABASE_URL.*PGPASSWORD/);
    expect(said).not.toContain('CANARY');
    expect(passwordWarning(['up', '--database-url=postgres://db/hub?password=CANARY'])).toBeDefined();
    expect(passwordWarning(['restore', 'f', '--database-url=postgres://hub:%43@db'])).toBeDefined();
  });

  it('without one, or from the environment, is not', () => {
    for (const args of [['up'], ['up', '--database-url', 'postgres://hub@db/hub'], ['up', '--database-url', '/socket']])
      expect(passwordWarning(args)).toBeUndefined();
  });
});
