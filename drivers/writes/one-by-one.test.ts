import { describe, expect, it } from '@jest/globals';
import { retry, terminal, type WriteResult } from '../contract/index.ts';
import { writeOneByOne } from './one-by-one.ts';

const entries = ['1', '2', '3'].map((entryId) => ({ entryId }));
const applied = (entryId: string): WriteResult => ({ entryId, outcome: 'Applied' });

describe('entries that are written one by one', () => {
  it('tell what was done before the key was refused, and the rest is not tried', async () => {
    const tried: string[] = [];
    const results = await writeOneByOne(entries, async ({ entryId }) => {
      tried.push(entryId);
      if (entryId === '2') throw terminal('KeyRefused', 'no');
      return applied(entryId);
    });
    expect(tried).toEqual(['1', '2']);
    expect(results).toMatchObject([
      { entryId: '1', outcome: 'Applied' },
      { entryId: '2', outcome: 'Retry', scope: 'credential', behaviour: 'terminal' },
      { entryId: '3', outcome: 'Retry', scope: 'credential', behaviour: 'terminal' },
    ]);
  });

  it('go on after one that the store refuses, or that fails for now', async () => {
    const results = await writeOneByOne(entries, async ({ entryId }) => {
      if (entryId === '1') throw terminal('StoreRefused', 'no');
      if (entryId === '2') throw retry('Timeout', 'slow');
      return applied(entryId);
    });
    expect(results).toMatchObject([
      { outcome: 'Rejected', reason: 'StoreRefused' },
      { outcome: 'Retry', scope: 'shop' },
      { outcome: 'Applied' },
    ]);
  });

  it('are all of them refused where the first is', async () => {
    await expect(
      writeOneByOne(entries, async () => {
        throw terminal('KeyRefused', 'no');
      }),
    ).rejects.toMatchObject({ details: { scope: 'credential' } });
  });
});
