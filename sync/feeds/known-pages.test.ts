import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '../../test/support/manual-clock.ts';
import type { BatchSegment } from '../../model/batch.ts';
import { KnownPages, pageDigest } from './known-pages.ts';

const clock = () => new ManualClock('2026-11-26T12:00:00Z');

function runWith(pages: KnownPages, page: string, changed = false): 'known' | 'sent' {
  const run = pages.begin();
  const known = run.has(page);
  if (!known) run.sent(page);
  run.end(changed);
  return known ? 'known' : 'sent';
}

describe('pages that the hub has', () => {
  it('are not sent again while each run reads the same', () => {
    const pages = new KnownPages(clock());
    expect([runWith(pages, 'a'), runWith(pages, 'a'), runWith(pages, 'a')]).toEqual(['sent', 'known', 'known']);
  });

  it('are sent when something else was read in between: the hub has that now', () => {
    const pages = new KnownPages(clock());
    expect(['a', 'b', 'a'].map((page) => runWith(pages, page))).toEqual(['sent', 'sent', 'sent']);
  });

  it('are sent after a run that changed something, and after one that did not come to its end', () => {
    const pages = new KnownPages(clock());
    runWith(pages, 'a', true);
    expect(runWith(pages, 'a')).toBe('sent');
    pages.begin().sent('b');
    expect(runWith(pages, 'a')).toBe('sent');
  });

  it('are sent once in a quarter of an hour all the same', async () => {
    const time = clock();
    const pages = new KnownPages(time);
    runWith(pages, 'a');
    await time.advance(14 * 60_000);
    expect(runWith(pages, 'a')).toBe('known');
    await time.advance(60_000);
    expect(runWith(pages, 'a')).toBe('sent');
  });
});

describe('the digest of a page', () => {
  const segment = (table: 'orders' | 'order_lines', text: string): BatchSegment => ({
    table,
    rows: 1,
    data: Buffer.from(text),
  });

  it('tells apart where a table ends and the next begins', () => {
    expect(pageDigest([segment('orders', 'ab'), segment('order_lines', 'c')])).not.toBe(
      pageDigest([segment('orders', 'a'), segment('order_lines', 'bc')]),
    );
  });
});
