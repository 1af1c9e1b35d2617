import { describe, expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { collectOnce } from './memory-limits.ts';

describe('one whole collection', () => {
  it('takes what nobody holds any more, and nothing else', async () => {
    const held = { name: 'held' };
    const refs = [new WeakRef({ name: 'let go' }), new WeakRef(held)];
    // What a WeakRef points to stays for the turn in which it was made.
    await setImmediate();
    collectOnce();
    expect(refs.map((ref) => ref.deref()?.name)).toEqual([undefined, 'held']);
    expect(held.name).toBe('held');
  });
});
