import { describe, expect, it } from '@jest/globals';
import { age, formatTable } from './table.ts';

const NOW = new Date('2026-05-02T12:00:00Z');

describe('a table', () => {
  it('has columns as wide as their widest cell, and no space at the end of a line', () => {
    expect(
      formatTable(
        ['NAME', 'READY', 'REASON'],
        [
          ['a-long-name', 'True', ''],
          ['b', 'Unknown', 'NotChecked'],
        ],
      ),
    ).toBe(['NAME         READY    REASON', 'a-long-name  True', 'b            Unknown  NotChecked'].join('\n'));
  });

  it('without rows is its header', () => {
    expect(formatTable(['NAME', 'READY'], [])).toBe('NAME  READY');
  });
});

describe('an age', () => {
  it.each<[string | undefined, string]>([
    [undefined, ''],
    ['2026-05-02T12:00:00Z', '0s'],
    ['2026-05-02T11:58:01Z', '119s'],
    ['2026-05-02T11:58:00Z', '2m'],
    ['2026-05-02T10:00:01Z', '119m'],
    ['2026-05-02T10:00:00Z', '2h'],
    ['2026-04-30T12:00:01Z', '47h'],
    ['2026-04-30T12:00:00Z', '2d'],
    ['2026-05-02T12:00:05Z', '0s'],
  ])('of %s is "%s"', (time, text) => {
    expect(age(time, NOW)).toBe(text);
  });
});
