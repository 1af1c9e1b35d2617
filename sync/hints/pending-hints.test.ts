import { describe, expect, it } from '@jest/globals';
import { PendingHints } from './pending-hints.ts';

describe('the box of hints', () => {
  it('gives each hint once', () => {
    const box = new PendingHints();
    box.add('OrderImport', ['1']);
    expect(box.take('OrderImport')).toEqual({ ids: ['1'] });
    expect(box.take('OrderImport')).toBeUndefined();
  });

  it('collects the records of several hints, each once', () => {
    const box = new PendingHints();
    box.add('OrderImport', ['1', '2']);
    box.add('OrderImport', ['2', '3']);
    box.add('ProductUpdate', ['9']);
    expect(box.take('OrderImport')).toEqual({ ids: ['1', '2', '3'] });
  });

  it('runs the whole feed when one hint asks for it, or when there are too many records', () => {
    const box = new PendingHints();
    box.add('OrderImport', ['1']);
    box.add('OrderImport');
    box.add('OrderImport', ['2']);
    expect(box.take('OrderImport')).toEqual({});
    box.add(
      'OrderImport',
      Array.from({ length: 501 }, (_, index) => String(index)),
    );
    expect(box.take('OrderImport')).toEqual({});
  });
});
