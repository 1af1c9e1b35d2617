import { describe, expect, it } from '@jest/globals';
import { listenFault } from './listen-fault.ts';

const nodes = (code: string) => Object.assign(new Error(`listen ${code}`), { code, port: 80, address: '127.0.0.1' });

describe('why a server cannot listen', () => {
  it.each([
    ['EADDRINUSE', 'is taken by another program'],
    ['EACCES', 'may not be opened by this user'],
  ])('is said in words, with the option: %s', (code, words) => {
    expect(listenFault(nodes(code), '--port')).toMatchObject({
      message: `port 80 of 127.0.0.1 ${words}: name another with --port, or 0 for a free one`,
    });
  });

  it('is left as it is where it is something else', () => {
    for (const error of [nodes('EADDRNOTAVAIL'), new Error('the database belongs to another')])
      expect(listenFault(error, '--port')).toBe(error);
  });
});
