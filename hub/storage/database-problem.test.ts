import { describe, expect, it } from '@jest/globals';
import { databaseProblem } from './database-problem.ts';

describe('an error of the database', () => {
  it.each([
    ['53100', "disk of the hub's database is full"],
    ['53300', 'no more connections'],
    ['53200', 'out of resources'],
    ['57P01', 'cannot be reached'],
    ['57P03', 'cannot be reached'],
    ['08006', 'cannot be reached'],
    ['ECONNREFUSED', 'cannot be reached'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'its certificate is not accepted'],
  ])("%s is the database's, with what to do", (code, saying) => {
    expect(databaseProblem({ code })).toContain(saying);
  });

  it.each([['23505'], ['22021'], ['57014'], ['FST_ERR_VALIDATION'], [undefined], [53100]])('%s is not', (code) => {
    expect(databaseProblem({ code })).toBeUndefined();
  });

  it('a socket file that is not there means that the server restarts; a file that is not there does not', () => {
    expect(databaseProblem({ code: 'ENOENT', syscall: 'connect' })).toContain('cannot be reached');
    expect(databaseProblem({ code: 'ENOENT', syscall: 'open' })).toBeUndefined();
  });
});
