import { describe, expect, it } from '@jest/globals';
import { readAhead } from './read-ahead.ts';

function source(count: number, failAt?: number) {
  const log: string[] = [];
  async function* pages() {
    try {
      for (let page = 1; page <= count; page++) {
        if (page === failAt) throw new Error(`page ${page}`);
        log.push(`read ${page}`);
        yield { page, end: page === count };
      }
    } finally {
      log.push('closed');
    }
  }
  return { log, pages };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

async function drain(pages: AsyncIterable<{ page: number }>, log: string[]): Promise<void> {
  for await (const { page } of pages) {
    log.push(`begin ${page}`);
    await settled();
    log.push(`commit ${page}`);
  }
}

describe('reading ahead', () => {
  it('has read one page more, and no further, while a page is committed', async () => {
    const { log, pages } = source(3);
    await drain(readAhead(pages()), log);
    expect(log.indexOf('read 2')).toBeLessThan(log.indexOf('commit 1'));
    expect(log.indexOf('read 3')).toBeGreaterThan(log.indexOf('commit 1'));
    expect(log.filter((entry) => entry.startsWith('commit'))).toEqual(['commit 1', 'commit 2', 'commit 3']);
  });

  it('tells of a failure after what came before it was committed', async () => {
    const { log, pages } = source(3, 2);
    await expect(drain(readAhead(pages()), log)).rejects.toThrow('page 2');
    expect(log).toContain('commit 1');
  });

  it('closes the source when the consumer stops, and swallows the page that nobody takes', async () => {
    const { log, pages } = source(3, 2);
    for await (const _page of readAhead(pages())) break;
    await settled();
    expect(log).toContain('closed');
  });

  it('asks for nothing after the declared end', async () => {
    let asked = 0;
    const endless: AsyncIterable<{ end: boolean }> = {
      [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: { end: ++asked === 2 } }) }),
    };
    let seen = 0;
    for await (const _page of readAhead(endless)) seen++;
    expect([seen, asked]).toEqual([2, 2]);
  });
});
